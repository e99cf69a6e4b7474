/* What the C twins share: types, map macros and the helpers they call, so that
 * they need no headers. Helper numbers are those of linux/bpf.h. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;
#define __always_inline inline __attribute__((always_inline))
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
static void *(*map_lookup_elem)(void *, const void *) = (void *)1;
static long (*map_update_elem)(void *, const void *, const void *, u64) = (void *)2;
static u64 (*ktime_get_ns)(void) = (void *)5;
static long (*trace_printk)(const char *, u32, ...) = (void *)6;
static u32 (*get_smp_processor_id)(void) = (void *)8;
static u64 (*get_current_pid_tgid)(void) = (void *)14;
static u64 (*get_current_uid_gid)(void) = (void *)15;
static long (*get_current_comm)(void *, u32) = (void *)16;
static long (*perf_event_output)(void *, void *, u64, void *, u64) = (void *)25;
static long (*ringbuf_output)(void *, void *, u64, u64) = (void *)130;
static void *(*ringbuf_reserve)(void *, u64, u64) = (void *)131;
static void (*ringbuf_submit)(void *, u64) = (void *)132;
char LICENSE[] SEC("license") = "GPL";
