#include "../programs/twin.h"

struct task_struct {
	int exit_state;
	int exit_code;
	int exit_signal;
	int pid;
	int tgid;
} __attribute__((preserve_access_index));

static long (*get_current_task)(void) = (void *)35;
static long (*probe_read_kernel)(void *, u32, const void *) = (void *)113;

SEC("tc")
long prog(void *ctx)
{
	struct task_struct *task = (void *)get_current_task();
	int exit_state = 0, exit_code = 0, exit_signal = 0, pid = 0, tgid = 0;

	probe_read_kernel(&exit_state, sizeof(exit_state), &task->exit_state);
	probe_read_kernel(&exit_code, sizeof(exit_code), &task->exit_code);
	probe_read_kernel(&exit_signal, sizeof(exit_signal), &task->exit_signal);
	probe_read_kernel(&pid, sizeof(pid), &task->pid);
	probe_read_kernel(&tgid, sizeof(tgid), &task->tgid);
	if (exit_state + exit_code + exit_signal + pid + tgid == 1)
		return 1;
	return 2;
}
