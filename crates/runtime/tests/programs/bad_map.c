/* A map without room for an entry, which the kernel refuses. */
#include "bpf.h"

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 0); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");

SEC("socket")
int run(void *ctx)
{
	__u32 key = 1;
	return bpf_map_lookup_elem(&counts, &key) != 0;
}
