# run: prog(data=64) == 2
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Nothing:  # warning: [empty-definition]
    pass


@bpf
@map
def later() -> HashMap:  # warning: [empty-definition]
    ...


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
