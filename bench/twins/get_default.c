#include "../programs/twin.h"

const volatile u32 KEY = 3;
struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 64);
} limits SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = KEY;
	u64 *found = map_lookup_elem(&limits, &key);
	u64 limit = found ? *found : 100;
	u64 next = limit + 1;
	key = KEY;
	map_update_elem(&limits, &key, &next, 0);
	return limit;
}
