/* Hooks that this kernel does not have. */
#include "bpf.h"

SEC("tracepoint/syscalls/sys_enter_opennat")
int tracepoint(void *ctx) { return 0; }

SEC("raw_tp/sys_entr")
int raw(void *ctx) { return 0; }

SEC("kprobe/do_nanosleeep")
int probe(void *ctx) { return 0; }

SEC("?tracepoint/syscalls/sys_enter_kill")
int switched_off(void *ctx) { return 0; }
