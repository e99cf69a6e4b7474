#include "../programs/twin.h"

struct pair {
	u32 a;
	u64 b;
};
const volatile u32 BY = 4;
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, struct pair);
	__uint(max_entries, 1);
} pairs SEC(".maps");

static u64 bump(struct pair *p, u32 by)
{
	p->a += by;
	p->b += p->a;
	return p->a + p->b;
}

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 0;
	struct pair *pair = map_lookup_elem(&pairs, &key);
	struct pair local = { 1, 2 };
	u64 sum;
	if (!pair)
		return 0;
	sum = bump(pair, BY);
	sum += bump(&local, 3);
	return sum + bump(&local, BY);
}
