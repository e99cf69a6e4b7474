/* What a C program does with a ring buffer and a hash map, for bench/userspace.py:
 * libbpf's consume loop with a callback that copies each record, and reading by
 * batches. Built as a shared library. Times are nanoseconds of CLOCK_THREAD_CPUTIME_ID. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *room;
static size_t used, capacity;

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int copy(void *context, void *data, size_t size)
{
	if (used + size > capacity) {
		capacity = capacity ? 2 * capacity : 1 << 20;
		room = realloc(room, capacity);
	}
	memcpy(room + used, data, size);
	used += size;
	return 0;
}

void *ring_open(int map)
{
	return ring_buffer__new(map, copy, NULL, NULL);
}

/* Nanoseconds to copy all records; their number goes to `count`. */
long long ring_copy(void *ring, long long *count)
{
	long long began = now();
	used = 0;
	*count = ring_buffer__consume(ring);
	return now() - began;
}

void ring_close(void *ring)
{
	ring_buffer__free(ring);
}

/* Nanoseconds to read a whole hash map by batches of `batch` entries. */
long long map_read(int map, int key, int value, int most, int batch, long long *count)
{
	char *keys = malloc((size_t)most * key), *values = malloc((size_t)most * value);
	long long began = now(), taken;
	unsigned long long cursor = 0;
	long long found = 0;
	int first = 1, status;
	do {
		__u32 wanted = batch;
		if (found + wanted > most)
			wanted = most - found;
		status = bpf_map_lookup_batch(map, first ? NULL : &cursor, &cursor,
					      keys + found * key, values + found * value,
					      &wanted, NULL);
		if (status && errno != ENOENT)
			break;
		found += wanted;
		first = 0;
	} while (!status && found < most);
	taken = now() - began;
	free(keys);
	free(values);
	*count = found;
	return taken;
}
