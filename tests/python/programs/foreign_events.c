// An object of another compiler's that says what its events are by a global
// variable, as is usual, and maps of structs with bit-fields.
typedef unsigned int u32;
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*perf_output)(void *ctx, void *map, u64 flags, void *data, u64 size) = (void *)25;
static long (*ringbuf_output)(void *map, void *data, u64 size, u64 flags) = (void *)130;

struct event { u64 when; u32 pid; char comm[16]; };
typedef struct { u32 code; } failure_t;
const struct event *unused_event __attribute__((unused));
const failure_t *unused_failure __attribute__((unused));

struct inner { short a; short b; };
struct bits { u32 x : 3, y : 5; int z : 4; struct inner inner; };
struct outer { char tag[3]; struct bits both[2]; };

struct { __uint(type, 27); __uint(max_entries, 4096); } ring SEC(".maps");
struct { __uint(type, 4); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");
struct { __uint(type, 1); __uint(max_entries, 2); __type(key, struct inner); __type(value, struct bits); } table SEC(".maps");
struct { __uint(type, 2); __uint(max_entries, 2); __type(key, u32); __type(value, struct outer); } array SEC(".maps");
struct { __uint(type, 6); __uint(max_entries, 1); __type(key, u32); __type(value, struct bits); } each_cpu SEC(".maps");

SEC("tc") int send(void *ctx)
{
	struct event event = {.when = 1, .pid = 2, .comm = "x"};
	failure_t failure = {-1};
	ringbuf_output(&ring, &event, sizeof(event), 0);
	ringbuf_output(&ring, &failure, sizeof(failure), 0);
	perf_output(ctx, &perf, 0xffffffffULL, &event, sizeof(event));
	u32 key = 1;
	struct inner inner = {5, -6};
	struct bits bits = {1, 2, -3, {3, 4}};
	update(&table, &inner, &bits, 0);
	struct outer outer = {"ab", {bits, {7, 31, 7, {-1, 0}}}};
	update(&array, &key, &outer, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
