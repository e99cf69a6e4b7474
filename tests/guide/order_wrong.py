# guide: The order matters:
# guide: Always use @bpf first - It must be the outermost decorator
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@section("xdp")
@bpf  # error: [decorator-order]
def prog(ctx: c_void_p) -> c_int64:
    return 2


@map
@bpf  # error: [decorator-order]
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@struct
@bpf  # error: [decorator-order]
class Event:
    timestamp: c_uint64


@bpfglobal
@bpf  # error: [decorator-order]
def LICENSE() -> str:
    return "GPL"
