"""find_vma: the area of memory that an address of the process lies in."""
# kernel: 5.17
# run: prog(ctx=0,59) == 0
# map: seen[0] == 1
# map: seen[1] == 0
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import find_vma, get_current_task_btf
from pythonbpf.maps import HashMap
from vmlinux import task_struct, vm_area_struct


@bpf
@struct
class Found:
    address: c_uint64
    times: c_uint64
    inside: c_uint64


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
def look(task: task_struct, area: vm_area_struct, found: Found) -> c_int64:
    found.times += 1
    if area.vm_start <= found.address and found.address < area.vm_end:
        found.inside = 1
    return 0


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    task = get_current_task_btf()
    code = Found(address=task.mm.start_code)
    find_vma(task, code.address, look, code)
    seen[0] = code.inside
    nowhere = Found(address=8)
    find_vma(task, 8, look, nowhere)
    seen[1] = nowhere.times
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
