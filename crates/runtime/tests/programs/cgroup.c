/* Counts the connections that a control group makes. */
#include "bpf.h"

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } connections SEC(".maps");

SEC("cgroup/connect4")
int on_connect(void *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&connections, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 1;
}
