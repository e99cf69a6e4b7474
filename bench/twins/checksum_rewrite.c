#include "../programs/twin.h"

static long (*skb_store_bytes)(void *, u32, const void *, u32, u64) = (void *)9;
static long (*l3_csum_replace)(void *, u32, u64, u64, u64) = (void *)10;
static long (*l4_csum_replace)(void *, u32, u64, u64, u64) = (void *)11;

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
struct udphdr {
	u16 source, dest, len, check;
};
struct __sk_buff {
	u32 before[19], data, data_end;
};
struct target {
	u32 address;
	u16 port, spare;
};

struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, struct target);
	__uint(max_entries, 64);
} targets SEC(".maps");

SEC("tc")
long prog(struct __sk_buff *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end || eth->h_proto != 0x0008)
		return 0;
	struct iphdr *ip = data + sizeof(*eth);
	if ((void *)(ip + 1) > end || ip->protocol != 17 || ip->ihl != 5)
		return 0;
	struct udphdr *udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > end)
		return 2;
	u32 old = ip->daddr;
	u16 old_port = udp->dest;
	struct target *target = map_lookup_elem(&targets, &old);
	if (!target)
		return 0;
	l4_csum_replace(ctx, 40, old, target->address, 0x10 | 4);
	l4_csum_replace(ctx, 40, old_port, target->port, 2);
	l3_csum_replace(ctx, 24, old, target->address, 4);
	u32 address = target->address;
	u16 port = target->port;
	skb_store_bytes(ctx, 30, &address, sizeof(address), 0);
	skb_store_bytes(ctx, 36, &port, sizeof(port), 0);
	return 0;
}
