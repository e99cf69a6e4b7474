# Pointers of the kernel: made of addresses, counted through, and back from a
# member to the struct that it lies in.
# run: facts(ctx=0) == 0
# run: wrong_addresses(ctx=0) == 0
from ctypes import POINTER, c_int64, c_uint8, c_uint32, c_uint64, c_void_p, cast

from pythonbpf import bpf, bpfglobal, offsetof, section
from pythonbpf.helper import get_current_task, pid
from vmlinux import sched_entity, task_struct


@bpf
@section("raw_tp/sys_enter")
def facts(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    again = cast(c_uint64(task), POINTER(task_struct))
    if again.tgid != pid() or cast(task, POINTER(task_struct)).tgid != pid():
        return 1
    entity = task.se
    container = task_struct(c_uint64(entity) - offsetof(task_struct.se))
    if container != task or container.pid != task.pid:
        return 2
    numbers = cast(c_uint64(task) + offsetof(task_struct.tgid), POINTER(c_uint32))
    if numbers[0] != task.tgid:
        return 3
    ids = cast(c_uint64(task) + offsetof(task_struct.pid), POINTER(c_uint32))
    # The one follows the other in the struct of every kernel.
    if ids[1] != task.tgid or numbers[-1] != task.pid:
        return 4
    letters = cast(c_uint64(task) + offsetof(task_struct.comm), POINTER(c_uint8))
    for i in range(8):
        if letters[i] != task.comm[i]:
            return 5
    # Elements of structs are as far apart as they are large.
    entities = cast(entity, POINTER(sched_entity))
    if c_uint64(entities[1]) - c_uint64(entities[0]) == 0:
        return 6
    files = task.files.fdt.fd
    if not files:
        return 7
    return 0 if not files[0] or files[0].f_inode.i_ino == task.files.fdt.fd[0].f_inode.i_ino else 8


@bpf
@section("raw_tp/sys_exit")
def wrong_addresses(ctx: c_void_p) -> c_int64:
    nothing = cast(0, POINTER(c_uint64))
    if nothing[0] != 0 or nothing[3] != 0 or nothing[-3] != 0:
        return 1
    return cast(4096, POINTER(task_struct)).real_parent.tgid


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
