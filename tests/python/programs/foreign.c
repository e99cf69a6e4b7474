// A libbpf object of another compiler's: typed maps, a ring buffer whose
// events carry no type, and one program for each thing the tests do to it.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef _Bool boolean;
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static u64 (*pid_tgid)(void) = (void *)14;
static long (*ringbuf_output)(void *map, void *data, u64 size, u64 flags) = (void *)130;

struct inner { u16 a; short b; };
struct key { u32 pid; char comm[16]; };
struct value { u64 count; long long low; boolean on; u8 mac[6]; u32 words[2]; struct inner inner; };

struct { __uint(type, 1); __type(key, u32); __type(value, u64); __uint(max_entries, 4); } numbers SEC(".maps");
struct { __uint(type, 1); __type(key, struct key); __type(value, struct value); __uint(max_entries, 64); } records SEC(".maps");
struct { __uint(type, 2); __type(key, u32); __type(value, u64); __uint(max_entries, 3); } array SEC(".maps");
struct { __uint(type, 27); __uint(max_entries, 4096); } events SEC(".maps");
struct event { u32 number; u32 twice; };

#ifndef NO_XDP
SEC("xdp") int drop_short(void *ctx)
{
	u32 *data = ctx;
	return data[1] - data[0] < 100 ? 1 : 2;
}
#endif

SEC("raw_tp/sys_enter") int unused(void *ctx) { return 0; }

SEC("socket") int send_event(void *ctx)
{
	struct event event = {7, 14};
	ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
