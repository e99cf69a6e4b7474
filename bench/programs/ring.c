#include "twin.h"
struct process_event {
	u64 timestamp;
	u32 pid;
	char comm[16];
};
struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} events SEC(".maps");

/* Events that found no room, as the Python program counts them by itself. */
u64 lost SEC(".data.lost");

SEC("tracepoint/syscalls/sys_enter_execve")
long track_processes(void *ctx)
{
	struct process_event event = {};
	event.timestamp = ktime_get_ns();
	event.pid = get_current_pid_tgid() >> 32;
	get_current_comm(event.comm, sizeof(event.comm));
	if (ringbuf_output(&events, &event, sizeof(event), 0) < 0)
		__sync_fetch_and_add(&lost, 1);
	return 0;
}
