#include "../programs/twin.h"

struct {
	__uint(type, 6);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 64);
} slots SEC(".maps");

static __always_inline u32 log2(u64 value)
{
	u32 high, shift;
	high = (u32)(value > 0xFFFFFFFF) << 5;
	value >>= high;
	shift = (u32)(value > 0xFFFF) << 4;
	value >>= shift;
	high |= shift;
	shift = (u32)(value > 0xFF) << 3;
	value >>= shift;
	high |= shift;
	shift = (u32)(value > 0xF) << 2;
	value >>= shift;
	high |= shift;
	shift = (u32)(value > 0x3) << 1;
	value >>= shift;
	high |= shift;
	return high | (u32)(value >> 1);
}

SEC("xdp")
long prog(void *ctx)
{
	u64 begin = ktime_get_ns();
	u32 key = log2(ktime_get_ns() - begin);
	u64 *slot = map_lookup_elem(&slots, &key);
	if (!slot)
		return 0;
	*slot += 1;
	return 2;
}
