"""A field of an entry owns an object of the kernel: it is put in, taken out and given back."""
# kernel: 6.12
# run: keep(ctx=0) == 1
# run: keep(ctx=0) == 2
# run: look(ctx=0) == 1
# run: take(ctx=0) == 1
# run: take(ctx=0) == 0
# run: look(ctx=0) == 0
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task_btf, kptr
from pythonbpf.maps import Array
from vmlinux import bpf_task_acquire, bpf_task_release, task_struct


@bpf
@struct
class Slot:
    times: c_uint64
    task: kptr(task_struct)
    other: kptr(task_struct)


@bpf
@map
def slots() -> Array:
    return Array(value=Slot, max_entries=4)


@bpf
@section("syscall")
def keep(ctx: c_void_p) -> c_int64:
    """Gives 1 if there was none before, 2 if there was one."""
    slot = slots.lookup(0)
    if not slot:
        return 0
    task = bpf_task_acquire(get_current_task_btf())
    if not task:
        return -1
    slot.times += 1
    old = slot.task.xchg(task)
    if old:
        bpf_task_release(old)
        return 2
    return 1


@bpf
@section("syscall")
def look(ctx: c_void_p) -> c_int64:
    """Whether the task that is kept is the one that runs."""
    slot = slots.lookup(0)
    if not slot or not slot.task:
        return 0
    return slot.task.pid == get_current_task_btf().pid


@bpf
@section("syscall")
def take(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if not slot:
        return -1
    with slot.task.xchg(None) as old:
        return old.pid == get_current_task_btf().pid
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
