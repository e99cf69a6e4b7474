#include "../programs/twin.h"

const volatile s64 LEFT = -1000;
const volatile s64 RIGHT = 7;

/* BPF has no signed division before its fourth version. */
static s64 divide(s64 a, s64 b)
{
	u64 x = a < 0 ? -(u64)a : a, y = b < 0 ? -(u64)b : b;
	return (a < 0) != (b < 0) ? -(x / y) : x / y;
}

static s64 remain(s64 a, s64 b)
{
	u64 x = a < 0 ? -(u64)a : a, y = b < 0 ? -(u64)b : b;
	return a < 0 ? -(x % y) : x % y;
}

SEC("xdp")
long prog(void *ctx)
{
	s64 left = LEFT, right = RIGHT;
	if (right <= 0)
		return 0;
	return divide(left, 10) + remain(left, 8) + divide(left, right) + remain(left, right) + 400;
}
