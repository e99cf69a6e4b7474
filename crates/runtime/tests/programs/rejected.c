/* Uses a looked-up value without the null check. */
#include "bpf.h"

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");

SEC("socket")
int fine(void *ctx) { return 0; }

SEC("tracepoint/syscalls/sys_enter_kill")
int unchecked(void *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &zero);
	return *count; /* the line that is rejected */
}
