#include "../programs/twin.h"

struct event {
	u64 time;
	u32 pid;
	u8 kind;
	char comm[16];
};
struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} ring SEC(".maps");

/* Events that found no room, as the Python program counts them by itself. */
u64 lost SEC(".data.lost");

SEC("xdp")
long prog(void *ctx)
{
	struct event *event = ringbuf_reserve(&ring, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	*event = (struct event){};
	event->time = ktime_get_ns();
	event->pid = get_current_pid_tgid() >> 32;
	event->kind = 3;
	get_current_comm(event->comm, sizeof(event->comm));
	ringbuf_submit(event, 0);
	return 1;
}
