/* Counts the nanosleep calls of one process on entry and on return. */
#include "bpf.h"

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u32); } target SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");

static __attribute__((always_inline)) int count(__u32 key)
{
	__u32 zero = 0, *pid = bpf_map_lookup_elem(&target, &zero);
	__u64 one = 1, *old = bpf_map_lookup_elem(&counts, &key);

	if (!pid || *pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	if (old)
		__sync_fetch_and_add(old, 1);
	else
		bpf_map_update_elem(&counts, &key, &one, 0);
	return 0;
}

SEC("kprobe/hrtimer_nanosleep")
int entry(void *ctx) { return count(0); }

SEC("kretprobe/hrtimer_nanosleep")
int leave(void *ctx) { return count(1); }
