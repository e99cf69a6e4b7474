#include "../programs/twin.h"

struct row {
	u32 cells[12];
};
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, struct row);
	__uint(max_entries, 1);
} rows SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 0;
	struct row *row = map_lookup_elem(&rows, &key);
	u64 total = 0;
	if (!row)
		return 0;
	row->cells[3] += 5;
	for (int i = 0; i < 12; i++)
		total += row->cells[i];
	return total;
}
