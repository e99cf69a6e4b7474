from ctypes import c_int64, c_void_p, py_object

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Event:
    a: c_unit32  # error: [unknown-type]
    b: list  # error: [unknown-type]
    c: "c_int64"  # error: [unknown-type]
    d: Later  # error: [unknown-type]
    e: py_object  # error: [unknown-type]
    f: 5  # error: [unknown-type]
    g: prog  # error: [unknown-type]
    h: table  # error: [unknown-type]


@bpf
@struct
class Later:
    a: c_int64


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_int64, value=prog, max_entries=4)  # error: [unknown-type]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x: float = 5  # error: [unknown-type]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
