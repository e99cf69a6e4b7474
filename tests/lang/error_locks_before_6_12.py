# kernel: 6.1
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import bpf_spin_lock
from pythonbpf.maps import Array, ArrayOfMaps


@bpf
@struct
class Account:
    lock: bpf_spin_lock
    left: c_uint64


@bpf
@struct
class Holder:
    account: Account
    count: c_uint64


@bpf
@map
def accounts() -> Array:
    return Array(value=Account, max_entries=1)


@bpf
@map
def nested() -> Array:
    return Array(value=Holder, max_entries=1)  # error: [needs-newer-kernel]


@bpf
@map
def tables() -> ArrayOfMaps:
    return ArrayOfMaps(
        inner=Array(value=Account, max_entries=1),  # error: [needs-newer-kernel]
        max_entries=2,
    )


@bpf
@section("syscall")
def sleeps(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)  # error: [needs-newer-kernel]
    if a:
        with a.lock:
            a.left += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
