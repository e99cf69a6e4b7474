#include "../programs/twin.h"

struct ethhdr {
	u8 h_dest[6], h_source[6];
	u16 h_proto;
};
struct iphdr {
	u8 ihl : 4, version : 4, tos;
	u16 tot_len, id, frag_off;
	u8 ttl, protocol;
	u16 check;
	u32 saddr, daddr;
};
struct tcphdr {
	u16 source, dest;
	u32 seq, ack_seq;
	u16 flags, window, check, urg_ptr;
};
struct xdp_md {
	u32 data, data_end;
};
struct prefix {
	u32 bits, address;
};

struct {
	__uint(type, 11);
	__type(key, struct prefix);
	__type(value, u32);
	__uint(max_entries, 1024);
	__uint(map_flags, 1);
} blocked SEC(".maps");

struct {
	__uint(type, 6);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 8);
} packets SEC(".maps");

SEC("xdp")
long prog(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end || eth->h_proto != 0x0008)
		return 2;
	struct iphdr *ip = data + sizeof(*eth);
	if ((void *)(ip + 1) > end || ip->version != 4 || ip->protocol != 6)
		return 2;
	struct tcphdr *tcp = (void *)ip + ip->ihl * 4;
	if ((void *)(tcp + 1) > end)
		return 2;
	if (tcp->dest != 0xbb01)
		return 2;
	struct prefix key = { .bits = 32, .address = ip->saddr };
	u32 *rule = map_lookup_elem(&blocked, &key);
	if (!rule)
		return 2;
	u32 index = *rule;
	u64 *count = map_lookup_elem(&packets, &index);
	if (count)
		*count += 1;
	return 1;
}
