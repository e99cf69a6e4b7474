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
def prog(ctx: c_void_p) -> c_int64:
    a = accounts[0]  # error: [object-misplaced]
    return a.left


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
