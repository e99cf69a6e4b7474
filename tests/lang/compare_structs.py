# run: prog(data=64) == 0
# map: out[0] == 1
# map: out[1] == 0
from ctypes import c_bool, c_int64, c_uint8, c_uint16, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Inner:
    a: c_uint8
    b: c_uint32


@bpf
@struct
class Key:
    inner: Inner
    ports: c_uint16 * 3
    flag: c_bool


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    one = Key(inner=Inner(a=1, b=2), flag=True)
    two = Key(Inner(1, 2))
    if one == two:
        return 1
    two.flag = True
    if one != two:
        return 2
    two.ports[2] = 1
    if one == two:
        return 3
    out[0] = one.inner == two.inner
    out[1] = one.ports == two.ports
    words = (c_uint32 * 4)(1, 2, 3, 4)
    if 3 not in words or 5 in words:
        return 4
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
