#include "../programs/twin.h"

struct xdp_md {
	u32 data;
	u32 data_end;
};

struct event {
	u64 length;
	u32 cpu;
	u32 kind;
	char path[64];
};

struct {
	__uint(type, 27);
	__uint(max_entries, 1 << 24);
} events SEC(".maps");

SEC("xdp")
long prog(struct xdp_md *ctx)
{
	struct event e = {};

	e.length = ctx->data_end - ctx->data;
	e.cpu = get_smp_processor_id();
	e.kind = 7;
	ringbuf_output(&events, &e, sizeof(e), 0);
	return 2;
}
