# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import pid, random
from pythonbpf.maps import HashMap


@bpf
@struct
class pt_regs:
    type: c_uint32
    int: c_uint64


@bpf
@map
def text() -> HashMap:
    return HashMap(key=c_uint32, value=pt_regs, max_entries=4)


@bpf
@bpfglobal
def data() -> c_uint32:
    return 1


@bpf
def memcpy(to: c_int64, source: c_int64, size: c_int64) -> c_int64:
    for i in range(200):
        to += source * i ^ random()
    return to + size


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def memset(ctx: c_void_p) -> c_int64:
    print("hello")
    regs = pt_regs(type=data)
    text.update(memcpy(pid(), 2, 3), regs)
    return memcpy(1, 2, 3)


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def entry(ctx: c_void_p) -> c_int64:
    print("hello")
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
