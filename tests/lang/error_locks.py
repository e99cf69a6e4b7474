from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import bpf_spin_lock, ktime, spin_lock, spin_unlock
from pythonbpf.maps import Array, PerCpuArray


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
@map
def each_cpu() -> PerCpuArray:
    return PerCpuArray(value=Account, max_entries=1)  # error: [object-misplaced]


@bpf
@section("tc")
def not_given_back(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)
    if not a:
        return 0
    spin_lock(a.lock)
    if a.left == 5:
        return 1  # error: [lock-misused]
    spin_unlock(a.lock)
    return 0


@bpf
@section("tc")
def called(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)
    if not a:
        return 0
    with a.lock:
        a.left = ktime()  # error: [lock-misused]
    return 0


@bpf
@section("tc")
def twice(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)
    if not a:
        return 0
    spin_unlock(a.lock)  # error: [lock-misused]
    with a.lock:
        spin_lock(a.lock)  # error: [lock-misused]
    return 0


@bpf
@section("tc")
def in_a_variable(ctx: c_void_p) -> c_int64:
    a = Account()
    spin_lock(a.lock)  # error: [object-misplaced]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
