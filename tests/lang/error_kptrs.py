"""What a field owns is exchanged, never set, and what it gave is released once."""
# kernel: 6.12
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task_btf, kptr
from pythonbpf.maps import Array, Queue
from vmlinux import bpf_task_acquire, bpf_task_release, file, task_struct


@bpf
@struct
class Slot:
    times: c_uint64
    task: kptr(task_struct)


@bpf
@struct
class Files:
    file: kptr(file)  # error: [unsupported-type]


@bpf
@struct
class Bare:
    task: kptr  # error: [unknown-type]


@bpf
@map
def slots() -> Array:
    return Array(value=Slot, max_entries=4)


@bpf
@map
def waiting() -> Queue:
    return Queue(value=Slot, max_entries=4)  # error: [object-misplaced]


@bpf
@section("syscall")
def set_it(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if slot:
        slot.task = get_current_task_btf()  # error: [object-misplaced]
    return 0


@bpf
@section("syscall")
def lose_it(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if slot:
        slot.task.xchg(None)  # error: [unfinished-reservation]
    return 0


@bpf
@section("syscall")
def keep_it(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if slot:
        old = slot.task.xchg(None)
    return 0  # error: [unfinished-reservation]


@bpf
@section("syscall")
def twice(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    task = bpf_task_acquire(get_current_task_btf())
    if not task:
        return 0
    if slot:
        with slot.task.xchg(task) as old:
            pass
    bpf_task_release(task)  # error: [finished-reservation]
    return 0


@bpf
@section("syscall")
def copied(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if slot:
        copy = Slot()
        copy = slot  # error: [object-misplaced]
    return 0


@bpf
@section("syscall")
def not_trusted(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if slot:
        task = bpf_task_acquire(slot.task)  # error: [untrusted-pointer]
        if task:
            bpf_task_release(task)
    return 0


@bpf
@section("syscall")
def of_a_variable(ctx: c_void_p) -> c_int64:
    own = Slot()
    with own.task.xchg(None) as old:  # error: [object-misplaced]
        return 1
    return 0


@bpf
@section("syscall")
def arguments(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if slot:
        old = slot.task.xchg()  # error: [wrong-arguments]
        if old:
            bpf_task_release(old)
    return 0


@bpf
@bpfglobal
def owner() -> kptr(task_struct):  # error: [object-misplaced]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
