/* What the C twins of random programs are written with. */
typedef signed char s8;
typedef unsigned char u8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define CALL static __attribute__((noinline))
#define MAP(NAME, TYPE, KEY, VALUE, ENTRIES) \
	struct { \
		int (*type)[TYPE]; \
		KEY *key; \
		VALUE *value; \
		int (*max_entries)[ENTRIES]; \
	} NAME SEC(".maps")

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long long (*const bpf_map_update_elem)(void *map, const void *key, const void *value,
					      u64 flags) = (void *)2;
static long long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Division as BPF has it: by zero it gives 0, and the dividend for the rest;
 * the signed one truncates toward zero. Version 3 of the instructions has no
 * signed division. */
#define DIVISIONS(S, U, NAME) \
	static inline U div_u##NAME(U a, U b) { return b ? a / b : 0; } \
	static inline U rem_u##NAME(U a, U b) { return b ? a % b : a; } \
	static inline U magnitude_##NAME(S a) { return a < 0 ? -(U)a : (U)a; } \
	static inline S div_s##NAME(S a, S b) \
	{ \
		U q = div_u##NAME(magnitude_##NAME(a), magnitude_##NAME(b)); \
		return (a < 0) != (b < 0) ? -q : q; \
	} \
	static inline S rem_s##NAME(S a, S b) \
	{ \
		U r = rem_u##NAME(magnitude_##NAME(a), magnitude_##NAME(b)); \
		return a < 0 ? -r : r; \
	}
DIVISIONS(s32, u32, 32)
DIVISIONS(s64, u64, 64)

/* The compiler picks the function by the type that C gives the operands. */
#define PICK(a, b, NAME) \
	_Generic((a) + (b), s32: NAME##_s32, u32: NAME##_u32, s64: NAME##_s64, u64: NAME##_u64)(a, b)
#define DIV(a, b) PICK(a, b, div)
#define REM(a, b) PICK(a, b, rem)

/* BPF takes the count of a shift modulo the width. */
#define COUNT(a, n) ((n) & (sizeof((a) + 0) * 8 - 1))
#define SHL(a, n) ((a) << COUNT(a, n))
#define SHR(a, n) ((a) >> COUNT(a, n))

/* A value under a key, and something else where there is none. */
#define GET(MAP, KEY, VALUE, key, missing) \
	({ \
		KEY key_ = (key); \
		VALUE missing_ = (missing); \
		VALUE *entry_ = bpf_map_lookup_elem(&MAP, &key_); \
		entry_ ? *entry_ : missing_; \
	})
#define FIND(MAP, KEY, key) \
	({ \
		KEY key_ = (key); \
		bpf_map_lookup_elem(&MAP, &key_); \
	})
#define UPDATE(MAP, KEY, VALUE, key, value, flags) \
	({ \
		KEY key_ = (key); \
		VALUE value_ = (value); \
		bpf_map_update_elem(&MAP, &key_, &value_, flags); \
	})
#define PUT(MAP, KEY, key, place) \
	({ \
		KEY key_ = (key); \
		bpf_map_update_elem(&MAP, &key_, &(place), 0); \
	})
#define DELETE(MAP, KEY, key) \
	({ \
		KEY key_ = (key); \
		bpf_map_delete_elem(&MAP, &key_); \
	})
