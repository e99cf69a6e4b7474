#include "../programs/twin.h"

struct statistics {
	u64 first;
	u64 last;
	u64 count;
	u64 longest;
};
struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, struct statistics);
	__uint(max_entries, 64);
} table SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 3;
	u64 between, now = ktime_get_ns();
	struct statistics *row = map_lookup_elem(&table, &key);
	if (!row) {
		struct statistics fresh = { .first = now, .last = now, .count = 1 };
		map_update_elem(&table, &key, &fresh, 0);
		return 1;
	}
	between = now - row->last;
	if (between > row->longest)
		row->longest = between;
	row->last = now;
	row->count += 1;
	return 2;
}
