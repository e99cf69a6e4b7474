# kernel: 5.15
from ctypes import Union, c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import bpf_spin_lock, bpf_timer
from pythonbpf.maps import Array, RingBuffer


@bpf
@struct
class Account:
    lock: bpf_spin_lock
    left: c_uint64


@bpf
@struct
class TwoLocks:
    first: bpf_spin_lock
    second: bpf_spin_lock


@bpf
@struct
class TwoTimers:
    timer: bpf_timer
    inside: Account
    other: bpf_timer


@bpf
@struct
class Row:
    accounts: Account * 2


@bpf
@struct
class Timers:
    timers: bpf_timer * 4


@bpf
@struct
class Either(Union):
    lock: bpf_spin_lock  # error: [object-misplaced]
    count: c_uint64


@bpf
@map
def two_locks() -> Array:
    return Array(value=TwoLocks, max_entries=1)  # error: [object-misplaced]


@bpf
@map
def two_timers() -> Array:
    return Array(value=TwoTimers, max_entries=1)  # error: [object-misplaced]


@bpf
@map
def rows() -> Array:
    return Array(value=Row, max_entries=1)  # error: [object-misplaced]


@bpf
@map
def timers() -> Array:
    return Array(value=Timers, max_entries=1)  # error: [object-misplaced]


@bpf
@map
def lock_alone() -> Array:
    return Array(value=bpf_spin_lock, max_entries=1)  # error: [object-misplaced]


@bpf
@map
def accounts() -> Array:
    return Array(value=Account, max_entries=2)


@bpf
@map
def sent() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@bpfglobal
def shared() -> Account:  # error: [object-misplaced]
    return Account()


@bpf
@bpfglobal
def clock() -> bpf_timer:  # error: [object-misplaced]
    return bpf_timer()


@bpf
@section("tc")
def whole_entries(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)
    b = accounts.lookup(1)
    if not a or not b:
        return 0
    sent.output(a)  # error: [object-misplaced]
    if a == b:  # error: [object-misplaced]
        return 1
    return a.lock.val  # error: [unknown-field]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
