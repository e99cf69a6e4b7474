#include "../programs/twin.h"

struct point {
	u32 x;
	u32 y;
	u64 z;
};
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, struct point);
	__uint(max_entries, 4);
} points SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 zero = 0, one = 1, two = 2;
	struct point *p = map_lookup_elem(&points, &zero);
	struct point *q = map_lookup_elem(&points, &one);
	struct point *r;
	if (!p || !q)
		return 0;
	struct point copy = { p->x + 1, p->y, p->z };
	if (copy.x == q->x && copy.y == q->y && copy.z == q->z)
		return 1;
	map_update_elem(&points, &two, &copy, 0);
	r = map_lookup_elem(&points, &two);
	if (!r)
		return 0;
	return r->x;
}
