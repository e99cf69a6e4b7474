#include "../programs/twin.h"

const volatile u32 KEY = 1;
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 4);
} allowed SEC(".maps");

struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 64);
} limits SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 first = KEY, second;
	u64 *a = map_lookup_elem(&allowed, &first), *b;
	second = KEY;
	b = map_lookup_elem(&limits, &second);
	if (a && b && *a < *b)
		return 1;
	if ((a && *a > 5) || !b)
		return 2;
	return 3;
}
