/* Ends the virtual machine: `exit STATUS` writes STATUS (0 or 1 after folding)
 * to QEMU's isa-debug-exit port, which makes QEMU exit with 2 * status + 1.
 * Without a C library, so that it builds wherever a C compiler is. */
static long call3(long number, long a, long b, long c)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

__attribute__((used)) static void end(long *stack)
{
	const char *status = stack[0] > 1 ? (const char *)stack[2] : "1";
	unsigned char failed = !(status[0] == '0' && status[1] == 0);

	call3(162, 0, 0, 0); /* sync */
	call3(173, 0xf4, 4, 1); /* ioperm */
	__asm__ volatile("outb %0, %1" : : "a"(failed), "Nd"((unsigned short)0xf4));
	/* QEMU ends a moment later; if this returned before, the first process
	 * would end and the kernel panic. */
	for (;;)
		call3(34, 0, 0, 0); /* pause */
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\nand $-16, %rsp\ncall end\n");
