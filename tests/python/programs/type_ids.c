/* Asks for the number of a type in the kernel's own table, and where a member lies. */
struct task_struct {
	int pid;
} __attribute__((preserve_access_index));
#define SEC(name) __attribute__((section(name), used))

int number, offset;

SEC("raw_tp/sys_enter")
int ask(void *ctx)
{
	number = __builtin_btf_type_id(*(struct task_struct *)0, 1);
	offset = __builtin_preserve_field_info(((struct task_struct *)0)->pid, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
