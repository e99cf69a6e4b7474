"""The counter of `attach.py` in BCC, under BCC's own Python; prints when it was attached."""

import time

from bcc import BPF

b = BPF(
    text="""
BPF_HASH(process_count, u32, u64, 4096);
int count_clones(void *ctx) {
    u32 pid = bpf_get_current_pid_tgid() >> 32;
    process_count.increment(pid);
    return 0;
}
"""
)
b.attach_tracepoint("syscalls:sys_enter_clone", "count_clones")
print(time.clock_gettime_ns(time.CLOCK_MONOTONIC))
