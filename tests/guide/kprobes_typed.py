# guide: Kprobes allow attaching to any kernel function:
# guide: Kretprobes trigger when a kernel function returns:
# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def writes() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("kprobe/__x64_sys_write")
def trace_write(ctx: c_void_p) -> c_int64:
    writes[pid()] += 1
    return 0


@bpf
@section("kretprobe/__x64_sys_write")
def trace_written(ctx: c_void_p) -> c_int64:
    del writes[pid()]
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
