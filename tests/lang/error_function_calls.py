from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=8)


@bpf
def two(a: c_uint32, b: c_uint32 = 5) -> c_int64:
    return a + b


@bpf
def of_pair(p: Pair) -> c_int64:
    return p.a


@bpf
def give() -> Pair:  # error: [missing-return]
    if two(1):
        return Pair()


@bpf
def give_number() -> Pair:
    return 5  # error: [type-mismatch]


@bpf
def bad_default(a: c_uint32 = two(1)) -> c_int64:  # error: [constant-required]
    return a


@bpf
def never_none(a: c_uint32 | None) -> c_int64:  # error: [unsupported-type]
    return 0


@bpf
def around(n: c_int64) -> c_int64:
    return back(n - 1)


@bpf
def back(n: c_int64) -> c_int64:
    return around(n)  # error: [recursion]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    two()  # error: [wrong-arguments]
    two(1, 2, 3)  # error: [wrong-arguments]
    two(1, c=3)  # error: [wrong-arguments]
    two(1, a=3)  # error: [wrong-arguments]
    of_pair(5)  # error: [type-mismatch]
    entry = pairs.lookup(1)
    of_pair(entry)  # error: [null-pointer]
    of_pair(None)  # error: [type-mismatch]
    x = give().c  # error: [unknown-field]
    return around(5)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
