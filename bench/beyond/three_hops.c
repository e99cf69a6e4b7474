#include "../programs/twin.h"

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

static long (*get_current_task)(void) = (void *)35;
static long (*probe_read_kernel)(void *, u32, const void *) = (void *)113;

SEC("xdp")
long prog(void *ctx)
{
	struct task_struct *task = (void *)get_current_task();
	struct task_struct *parent = 0, *above = 0;
	int tgid = 0;

	probe_read_kernel(&parent, sizeof(parent), &task->real_parent);
	probe_read_kernel(&above, sizeof(above), &parent->real_parent);
	probe_read_kernel(&tgid, sizeof(tgid), &above->tgid);
	if (tgid == 1)
		return 1;
	return 2;
}
