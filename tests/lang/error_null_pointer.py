from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import HashMap


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint32


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=4)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    pair = pairs.lookup(1)
    x = pair.a  # error: [null-pointer]
    pair.b = 5  # error: [null-pointer]
    counts.lookup(1)[0] = 5  # error: [null-pointer]
    y = pairs.lookup(2).a  # error: [null-pointer]
    if pair or random():
        x = pair.a  # error: [null-pointer]
    if not pair:
        x = pair.b  # error: [null-pointer]
    if pair:
        pair = pairs.lookup(3)
        x = pair.a  # error: [null-pointer]
    if pair:
        for i in range(3):
            x = pair.a  # error: [null-pointer]
            pair = pairs.lookup(i)
    pairs.update(1, pairs.lookup(2))  # error: [null-pointer]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
