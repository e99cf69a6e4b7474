#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

__u64 seen = 0;

SEC("raw_tp/sys_enter")
int prog(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	seen = BPF_CORE_READ(task, real_parent, group_leader, tgid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
