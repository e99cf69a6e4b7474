#include "../programs/twin.h"

const volatile u64 LEFT = 1000;
const volatile u64 RIGHT = 7;
const volatile u32 ZERO = 0;

SEC("xdp")
long prog(void *ctx)
{
	u64 left = LEFT, right = RIGHT;
	u32 zero = ZERO, small = left;
	return left / right + left % right + left / zero + left % zero + small / zero;
}
