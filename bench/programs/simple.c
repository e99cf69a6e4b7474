#include "twin.h"
SEC("tracepoint/syscalls/sys_enter_execve")
long trace_exec(void *ctx)
{
	static const char format[] = "Process started";
	trace_printk(format, sizeof(format));
	return 0;
}
