#include "../programs/twin.h"

SEC("xdp")
long prog(void *ctx)
{
	return 2;
}
