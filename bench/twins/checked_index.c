#include "../programs/twin.h"

const volatile u64 WHERE = 5;
typedef u64 row_type[8];
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, row_type);
	__uint(max_entries, 1);
} rows SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 0;
	u64 *row = map_lookup_elem(&rows, &key);
	u64 i;
	if (!row)
		return 0;
	i = WHERE;
	if (i < 8) {
		row[i] += 3;
		return row[i];
	}
	return 0;
}
