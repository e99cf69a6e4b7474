/* Maps of several shapes for user space to fill, and a program so that the
 * object is one. */
#include "bpf.h"

struct inner { __u16 port; __u8 mac[6]; };
struct key { __u32 pid; char name[12]; };
union number { __u32 word; __u8 bytes[4]; };
struct value {
	__u64 count;
	int delta;
	_Bool seen;
	struct inner inner;
	short history[3];
	unsigned low : 3;
	int high : 5;
	struct { int x, y; };
	union number number;
	enum { RED, GREEN = 7 } colour;
	void *pointer;
};

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 10000); __type(key, __u32); __type(value, __u64); } numbers SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, struct key); __type(value, struct value); } structs SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 3); __type(key, __u32); __type(value, int); } array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u32); } per_cpu SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(max_entries, 8); __uint(map_flags, 1); __type(key, __u64); __type(value, __u32); } trie SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __uint(key_size, 3); __uint(value_size, 2); } untyped SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 4); __uint(key_size, 0); __uint(value_size, 8); } queue SEC(".maps");

const volatile int limit = 17;
int total = 3;

SEC("socket")
int run(void *ctx)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&numbers, &key);
	total += 1;
	return value ? *value + limit : limit;
}
