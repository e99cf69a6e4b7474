#include "../programs/twin.h"

struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 64);
} counts SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 7;
	u64 *count = map_lookup_elem(&counts, &key);
	if (count) {
		__sync_fetch_and_add(count, 5);
	} else {
		u64 first = 5;
		map_update_elem(&counts, &key, &first, 0);
	}
	count = map_lookup_elem(&counts, &key);
	return count ? *count : 0;
}
