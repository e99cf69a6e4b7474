/* A BTF-typed tracepoint that this kernel does not have. */
#include "bpf.h"

SEC("tp_btf/sched_swich")
int typed(void *ctx) { return 0; }
