#include "../programs/twin.h"

const volatile s64 LIMIT = 20;

SEC("xdp")
long prog(void *ctx)
{
	s64 limit = LIMIT, total = 0;
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 8; j++) {
			if (i * j > limit)
				break;
			total ^= i + j;
		}
	return total;
}
