#include "twin.h"
struct event {
	u64 timestamp;
	u32 pid;
	u32 cpu;
};
struct {
	__uint(type, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

/* Events that found no room, as the Python program counts them by itself. */
u64 lost SEC(".data.lost");

SEC("tracepoint/sched/sched_process_fork")
long forked(void *ctx)
{
	struct event event = {};
	event.timestamp = ktime_get_ns();
	event.pid = get_current_pid_tgid() >> 32;
	event.cpu = get_smp_processor_id();
	if (perf_event_output(ctx, &events, 0xffffffffULL, &event, sizeof(event)) < 0)
		__sync_fetch_and_add(&lost, 1);
	return 0;
}
