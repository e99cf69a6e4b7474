#include "../programs/twin.h"

const volatile u32 KIND = 6;
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 16);
} counts SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key;
	u64 value;
	switch (KIND) {
	case 0:
		return ktime_get_ns() & 1;
	case 1:
	case 2:
		key = 1;
		value = 7;
		map_update_elem(&counts, &key, &value, 0);
		break;
	case 5:
	case 6:
	case 7:
		key = 2;
		value = get_current_pid_tgid() >> 32;
		map_update_elem(&counts, &key, &value, 0);
		return 4;
	case 100:
		return get_current_uid_gid() & 3;
	default:
		return 1;
	}
	return 3;
}
