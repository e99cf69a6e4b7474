#include "../programs/twin.h"

struct event {
	u64 ts;
	u32 cpu;
	u32 kind;
	char path[64];
};

struct {
	__uint(type, 27);
	__uint(max_entries, 1 << 24);
} events SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	struct event e = {};

	e.ts = ktime_get_ns();
	e.cpu = get_smp_processor_id();
	e.kind = 7;
	ringbuf_output(&events, &e, sizeof(e), 0);
	return 2;
}
