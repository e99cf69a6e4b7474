# run: prog(data=64) == 12
# map: accounts[0] == {"lock": {"val": 0}, "left": 88, "right": 12, "moves": 3}
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import bpf_spin_lock, spin_lock, spin_unlock
from pythonbpf.maps import Array


@bpf
@struct
class Account:
    lock: bpf_spin_lock
    left: c_uint64
    right: c_uint64
    moves: c_uint32


@bpf
@map
def accounts() -> Array:
    return Array(value=Account, max_entries=1)


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)
    if not a:
        return 0
    spin_lock(a.lock)
    a.left = 100
    a.right = 0
    a.moves = 0
    spin_unlock(a.lock)
    for i in range(4):
        with a.lock:
            if i == 3:
                break
            a.left -= 4
            a.right += 4
            a.moves += 1
    with a.lock:
        if a.moves == 3:
            return a.right
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
