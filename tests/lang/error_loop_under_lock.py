# kernel: 6.1
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import bpf_spin_lock
from pythonbpf.maps import Array


@bpf
@struct
class Account:
    lock: bpf_spin_lock
    left: c_uint64


@bpf
@map
def accounts() -> Array:
    return Array(value=Account, max_entries=1)


@bpf
@section("tc")
def counted(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)
    if not a:
        return 0
    n = ctx.len
    with a.lock:
        for i in range(n):  # error: [lock-misused]
            a.left += i
    with a.lock:
        for i in range(min(n, 64)):
            a.left += i
    for i in range(n):
        with a.lock:
            a.left += i
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
