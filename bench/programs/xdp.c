#include "twin.h"
struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 1);
} packets SEC(".maps");

SEC("xdp")
long xdp_prog(void *ctx)
{
	u32 key = 0;
	u64 *count = map_lookup_elem(&packets, &key);
	if (count) {
		__sync_fetch_and_add(count, 1);
	} else {
		u64 one = 1;
		map_update_elem(&packets, &key, &one, 0);
	}
	return 2;
}
