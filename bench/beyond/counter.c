#include "../programs/twin.h"

struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 4096);
} counts SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 cpu = get_smp_processor_id();
	u64 *count = map_lookup_elem(&counts, &cpu);

	if (count) {
		u64 next = *count + 1;
		map_update_elem(&counts, &cpu, &next, 0);
	} else {
		u64 one = 1;
		map_update_elem(&counts, &cpu, &one, 0);
	}
	return 2;
}
