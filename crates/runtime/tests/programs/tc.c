/* Counts the frames of the test's own ethernet type, by direction. */
#include "bpf.h"

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } packets SEC(".maps");

struct __sk_buff { __u32 len, pkt_type, mark, queue_mapping, protocol; };

static int count(struct __sk_buff *ctx, __u32 direction)
{
	__u64 *packet_count = bpf_map_lookup_elem(&packets, &direction);

	/* Network byte order. */
	if (packet_count && ctx->protocol == 0xb588)
		__sync_fetch_and_add(packet_count, 1);
	return -1; /* TCX_NEXT, TC_ACT_UNSPEC */
}

SEC("tc/ingress")
int on_ingress(struct __sk_buff *ctx)
{
	return count(ctx, 0);
}

SEC("tcx/egress")
int on_egress(struct __sk_buff *ctx)
{
	return count(ctx, 1);
}
