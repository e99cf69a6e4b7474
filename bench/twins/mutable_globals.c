#include "../programs/twin.h"

struct state {
	u64 seen;
	u32 last;
	u32 depth;
};
struct state STATE = { .seen = 5 };
u64 COUNTS[8] = { 1, 2 };

SEC("xdp")
long prog(void *ctx)
{
	STATE.seen++;
	STATE.last = STATE.depth;
	STATE.depth += 3;
	COUNTS[STATE.seen & 7] += 10;
	return COUNTS[1] + STATE.seen + STATE.last;
}
