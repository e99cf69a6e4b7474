#include "twin.h"
struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 4096);
} process_count SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_clone")
long count_clones(void *ctx)
{
	u32 process_id = get_current_pid_tgid() >> 32;
	u64 *count = map_lookup_elem(&process_count, &process_id);
	if (count) {
		u64 next = *count + 1;
		map_update_elem(&process_count, &process_id, &next, 0);
	} else {
		u64 one = 1;
		map_update_elem(&process_count, &process_id, &one, 0);
	}
	return 0;
}
