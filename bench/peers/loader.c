/* Loads and attaches an object with libbpf and says when it was attached, in
 * nanoseconds of CLOCK_MONOTONIC. With a second argument it only loads. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct timespec now;
	struct bpf_object *object = argc > 1 ? bpf_object__open(argv[1]) : NULL;
	if (!object || bpf_object__load(object))
		return 1;
	bpf_object__for_each_program(program, object)
		if (argc == 2 && !bpf_program__attach(program))
			return 2;
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
	return 0;
}
