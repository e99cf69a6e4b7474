from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint32


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
def add(a: c_int64, b: c_int64) -> c_int64:
    return a + b


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    x = add(1)  # error: [wrong-arguments]
    x = add(1, c=2)  # error: [wrong-arguments]
    x = pid(1)  # error: [wrong-arguments]
    x = c_uint32(1, 2)  # error: [wrong-arguments]
    x = min(1)  # error: [wrong-arguments]
    x = len()  # error: [wrong-arguments]
    pair = Pair(1, 2, 3)  # error: [wrong-arguments]
    pair = Pair(1, a=2)  # error: [wrong-arguments]
    table.lookup()  # error: [wrong-arguments]
    table.update(1)  # error: [wrong-arguments]
    table.update(1, 2, sometimes=3)  # error: [wrong-arguments]
    print("text", end="")  # error: [bad-format]
    for i in range():  # error: [wrong-arguments]
        pass
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
