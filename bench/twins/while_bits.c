#include "../programs/twin.h"

const volatile u64 NUMBER = 0xdeadbeef;

SEC("xdp")
long prog(void *ctx)
{
	u64 number = NUMBER;
	s64 turns = 0, total = 0;
	while (turns < 32) {
		if (number & 1)
			total += turns;
		number >>= 1;
		turns++;
	}
	return total;
}
