from ctypes import c_int64, c_uint8, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import HashMap


@bpf
@struct
class Partly:
    good: c_uint8
    bad = 5  # error: [bad-struct-definition]


@bpf
@map
def parts() -> HashMap:
    return HashMap(key=c_uint8, value=c_int64, max_entries=4)


@bpf
def rest(*values: c_int64) -> c_int64:  # error: [bad-signature]
    return values


@bpf
def twins(a: c_int64, a: c_int64) -> c_int64:  # error: [bad-signature]
    return a


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    while random():  # error: [needs-newer-kernel]
        inside = 1
    try:  # error: [unsupported-statement]
        tried = 1
    except ValueError as caught:
        tried = 2
    with random() as opened:  # error: [unsupported-statement]
        held = 1
    match random():
        case {1: captured}:  # error: [unsupported-statement]
            matched = 1
        case _:
            matched = 2
    head, *tail = 1, 2  # error: [unsupported-expression]
    entry = parts.lookup(1)
    assert entry
    entry[0] = 5
    part = Partly()
    part.bad = 3
    inside = inside + tried + held + matched + rest(1, 2) + twins(1, 2)
    return inside + opened + captured + caught + tail


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
