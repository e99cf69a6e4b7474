/*
 * libelf's error number, in a form that a shared object can hold.
 *
 * Distributions build the static libelf, which libbpf is linked with, for
 * executables: its elf_error.o keeps the number in a thread-local variable
 * that only an executable can have ("relocation R_X86_64_TPOFF32 cannot be
 * used with -shared"). It is the one member of the archive of which that is
 * true. These are its three functions; being here, they keep it out of the
 * link. The message is libbpf's to print and never a user's to see: the
 * runtime has words of its own for objects that are no good.
 */

static __thread int last;

void __libelf_seterrno(int value);
int elf_errno(void);
const char *elf_errmsg(int error);

void __libelf_seterrno(int value)
{
	last = value;
}

int elf_errno(void)
{
	int value = last;

	last = 0;
	return value;
}

const char *elf_errmsg(int error)
{
	if (error == 0 && last == 0)
		return 0;
	return "malformed ELF file";
}
