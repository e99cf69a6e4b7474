// Programs that the verifier refuses, each for another reason: compiled with
// -DNAME, one at a time. Line numbers are looked at by the tests.
typedef unsigned char __u8;
typedef unsigned int __u32;
typedef unsigned long long __u64;
struct xdp_md { __u32 data, data_end; };
struct __sk_buff { __u32 len; };

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static void *(*reserve)(void *ring, __u64 size, __u64 flags) = (void *)131;
static __u32 (*prandom)(void) = (void *)7;
static long (*override)(void *ctx, __u64 value) = (void *)58;

struct {
	__uint(type, 2);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64[4]);
} values SEC(".maps");

struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} ring SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

#ifdef NULL_POINTER
SEC("socket") int refused(struct __sk_buff *ctx)
{
	__u32 key = prandom();
	__u64 *value = map_lookup(&values, &key);
	return *value; // here
}
#elif defined(OUT_OF_VALUE)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	__u32 key = 0;
	__u64 *value = map_lookup(&values, &key);
	if (!value)
		return 0;
	return value[prandom() & 7]; // here
}
#elif defined(PACKET)
SEC("xdp") int refused(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	return data[12] ? 2 : 1; // here
}
#elif defined(STACK)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	volatile char large[480];
	for (int i = 0; i < 480; i++)
		large[i] = i;
	asm volatile("r1 = 0; *(u64 *)(r10 - 520) = r1" ::: "r1"); // here
	return large[7];
}
#elif defined(UNINITIALISED)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	int result;
	asm volatile("%0 = r7" : "=r"(result)); // here
	return result;
}
#elif defined(LEAK)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	__u64 *record = reserve(&ring, 8, 0);
	if (!record)
		return 0;
	*record = 1;
	return 1; // here
}
#elif defined(RETURN_VALUE)
SEC("cgroup/sock_create") int refused(void *ctx)
{
	return 7; // here
}
#elif defined(HELPER)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	return override(ctx, 0); // here
}
#elif defined(TOO_COMPLEX)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	__u64 sum = 0;
	for (__u32 i = 0; i < 10000000; i++) { // here
		asm volatile("" : "+r"(sum));
		sum += prandom() & 1 ? i : 3;
	}
	return sum;
}
#elif defined(LOOP)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	__u32 key = 0;
	asm volatile("r1 = 1; 1: if r1 != 0 goto 1b" ::: "r1"); // here
	return key;
}
#elif defined(CONTEXT)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	return *(volatile __u32 *)((char *)ctx + 4000); // here
}
#elif defined(NUMBER)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	return *(volatile __u32 *)(long)(prandom() + 4096); // here
}
#elif defined(ARGUMENT)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	return (long)map_lookup(&values, (void *)8L); // here
}
#elif defined(OFFSET)
SEC("socket") int refused(struct __sk_buff *ctx)
{
	__u32 key = 0;
	__u64 *value = map_lookup(&values, &key);
	if (!value)
		return 0;
	return *(__u64 *)((char *)value + ((__u64)prandom() << 8)); // here
}
#endif
