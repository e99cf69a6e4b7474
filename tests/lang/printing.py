# kernel: 5.16
# expect: loads
# kernel: 5.16
from ctypes import c_bool, c_int8, c_int64, c_uint8, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import comm, pid


@bpf
@struct
class Names:
    comm: str(16)
    where: c_void_p


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    names = Names()
    comm(names.comm)
    low = c_int8(-5)
    big = c_uint64(18446744073709551615)
    flag = c_bool(True)
    print()
    print("100% plain")
    print("several", 1, low, big)
    print(f"{low} {low:5d} {big:x} {big:#x} {big:08x} {big:X}")
    print(f"{names.comm} {names.where} {flag}")
    print(f"{pid()=}")
    print("seven", 1, 2, 3, 4, 5, 6, 7, "texts", names.comm)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
