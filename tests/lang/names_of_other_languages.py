# run: prog(data=64) == 2
# map: out[0] == 3
# map: out[1] == 4
# map: out[2] == 5
# map: out[3] == 3
"""Names that Rust, C and LLVM keep for themselves are names like others."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class fn:
    match: c_uint32
    type: c_uint64
    int_: c_uint64


@bpf
@map
def define() -> Array:
    return Array(value=c_int64, max_entries=4)


@bpf
def i32(self: c_int64) -> c_int64:
    return self + 1


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    struct_ = fn(match=1, type=2)
    switch = 3
    goto = i32(switch)
    ret = goto
    br = ret
    void = br + 1
    unsigned = void
    alloca = unsigned
    define[0] = alloca
    loop = struct_.match
    impl = loop + struct_.type
    out[0] = switch
    out[1] = goto
    out[2] = define[0]
    out[3] = impl
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
