#include "twin.h"
const volatile u64 DEBUG_MODE = 1;
const volatile u64 MAX_EVENTS = 1000;
struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 256);
} counters SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_openat")
long trace_open(void *ctx)
{
	u32 user = get_current_uid_gid();
	u64 *seen = map_lookup_elem(&counters, &user);
	if (!seen) {
		u64 one = 1;
		map_update_elem(&counters, &user, &one, 0);
		return 0;
	}
	if (*seen < MAX_EVENTS) {
		u64 next = *seen + 1;
		map_update_elem(&counters, &user, &next, 0);
	} else if (DEBUG_MODE) {
		static const char format[] = "enough";
		trace_printk(format, sizeof(format));
	}
	return 0;
}
