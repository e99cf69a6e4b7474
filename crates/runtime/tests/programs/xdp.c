/* Counts the frames of the test's own ethernet type. */
#include "bpf.h"

struct xdp_md { __u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } packets SEC(".maps");

SEC("xdp")
int count_frames(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 zero = 0;
	__u64 *count;

	if (data + 14 > end)
		return 2;
	if (data[12] != 0x88 || data[13] != 0xb5)
		return 2;
	count = bpf_map_lookup_elem(&packets, &zero);
	if (count)
		__sync_fetch_and_add(count, 1);
	data[0] = 0xee;
	return 1;
}
