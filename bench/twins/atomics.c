#include "../programs/twin.h"

u64 total = 7;
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 2);
} counts SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 1;
	u64 *count = map_lookup_elem(&counts, &key);
	u64 old;
	if (!count)
		return 0;
	old = __sync_fetch_and_add(count, 5);
	old += __sync_fetch_and_or(&total, 16);
	old += __sync_lock_test_and_set(count, 9);
	return old + __sync_val_compare_and_swap(count, 9, 2);
}
