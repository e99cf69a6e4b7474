"""What a field is given is owned before: a task that the hook lends is not."""
# kernel: 6.12
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task_btf, kptr
from pythonbpf.maps import Array
from vmlinux import task_struct


@bpf
@struct
class Slot:
    times: c_uint64
    task: kptr(task_struct)


@bpf
@map
def slots() -> Array:
    return Array(value=Slot, max_entries=4)


@bpf
@section("syscall")
def borrowed(ctx: c_void_p) -> c_int64:
    slot = slots.lookup(0)
    if slot:
        with slot.task.xchg(get_current_task_btf()) as old:  # error: [type-mismatch]
            return 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
