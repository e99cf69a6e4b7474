#include "../programs/twin.h"

const volatile u64 TURNS = 1000037;

SEC("xdp")
long prog(void *ctx)
{
	s64 total = 0;
	u64 turns = TURNS & 63;
	for (u64 i = 0; i < turns; i++)
		total ^= i * i;
	return total;
}
