#include "../programs/twin.h"

enum { CLOSED, OPENING, OPEN, CLOSING };
struct {
	__uint(type, 1);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 64);
} states SEC(".maps");

SEC("xdp")
long prog(void *ctx)
{
	u32 key = 7, first = OPENING;
	u32 *state = map_lookup_elem(&states, &key);
	if (!state) {
		map_update_elem(&states, &key, &first, 0);
		return 1;
	}
	switch (*state) {
	case CLOSED:
		*state = OPENING;
		break;
	case OPENING:
		*state = OPEN;
		break;
	case OPEN:
		*state = CLOSING;
		break;
	default:
		*state = CLOSED;
	}
	return *state;
}
