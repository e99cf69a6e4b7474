/* Counts and reports the kill(2) calls of one process, whose id user space
 * writes to `target`, through every kind of hook that the host offers. */
#include "bpf.h"

struct event {
	__u32 pid;
	__u64 time;
	char comm[16];
	__u8 raw[3];
	_Bool flag;
	short delta;
};

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u32); } target SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } per_cpu SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");

/* Arrays, because of a struct that a mere pointer in a struct points to LLVM
 * writes only the name. */
struct { struct event *event[1]; __u64 *number[1]; } __pythonbpf_events_ring SEC(".pythonbpf.events");
struct { struct event *event; } __pythonbpf_events_perf SEC(".pythonbpf.events");

static __attribute__((always_inline)) int is_target(void)
{
	__u32 zero = 0, *pid = bpf_map_lookup_elem(&target, &zero);
	return pid && *pid == bpf_get_current_pid_tgid() >> 32;
}

static __attribute__((always_inline)) void count(__u32 key)
{
	__u64 one = 1, *old = bpf_map_lookup_elem(&counts, &key);
	if (old)
		__sync_fetch_and_add(old, 1);
	else
		bpf_map_update_elem(&counts, &key, &one, 0);
}

static __attribute__((always_inline)) void fill(struct event *event)
{
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->time = bpf_ktime_get_ns();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->raw[0] = 1;
	event->raw[1] = 2;
	event->raw[2] = 255;
	event->flag = 1;
	event->delta = -5;
}

SEC("tracepoint/syscalls/sys_enter_kill")
int on_tracepoint(void *ctx)
{
	struct event event = {};
	__u32 zero = 0;
	__u64 *slot, number = 42;

	if (!is_target())
		return 0;
	count(0);
	slot = bpf_map_lookup_elem(&per_cpu, &zero);
	if (slot)
		*slot += 1;
	fill(&event);
	bpf_ringbuf_output(&ring, &event, sizeof(event), 0);
	bpf_ringbuf_output(&ring, &number, sizeof(number), 0);
	bpf_perf_event_output(ctx, &perf, 0xffffffffULL, &event, sizeof(event));
	return 0;
}

SEC("raw_tp/sys_enter")
int on_raw(void *ctx)
{
	if (is_target())
		count(1);
	return 0;
}

SEC("tp_btf/sys_enter")
int on_btf(void *ctx)
{
	if (is_target())
		count(2);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_getpgid")
int on_print(void *ctx)
{
	static const char format[] = "hello from %d";
	if (is_target())
		bpf_trace_printk(format, sizeof(format), (int)(bpf_get_current_pid_tgid() >> 32));
	return 0;
}
