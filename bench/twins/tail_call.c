#include "../programs/twin.h"

static long (*tail_call)(void *, void *, u32) = (void *)12;
long second(void *ctx);
struct {
	__uint(type, 3);
	__uint(max_entries, 2);
	__type(key, u32);
	int (*values[])(void *);
} programs SEC(".maps") = { .values = { [1] = (void *)&second } };
struct {
	__uint(type, 2);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 2);
} seen SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 0;
	u64 *value = map_lookup_elem(&seen, &key);
	if (value)
		*value += 1;
	tail_call(ctx, &programs, 1);
	return 1;
}

SEC("xdp")
long second(void *ctx)
{
	u32 key = 1;
	u64 *value = map_lookup_elem(&seen, &key);
	if (value)
		*value += 1;
	return 2;
}
