#include "../programs/twin.h"

struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 8);
} table SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	s64 total = 0;
	for (int i = 0; i < 8; i++) {
		/* With the counter itself in memory the verifier loses it. */
		u32 key = i;
		u64 *value = map_lookup_elem(&table, &key);
		if (value) {
			*value += i;
			total += *value;
		}
	}
	return total;
}
