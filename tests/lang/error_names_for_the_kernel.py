from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@map
def größen() -> HashMap:  # error: [bad-map-definition]
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@struct
class Event:
    tiếng: c_uint32  # error: [bad-struct-definition]


@bpf
@bpfglobal
def __pythonbpf_events_x() -> int:  # error: [bad-global-definition]
    return 1


@bpf
def identity(ß: c_int64) -> c_int64:  # error: [bad-signature]
    return ß


@bpf
@section("xdp")
def xdp(ctx: c_void_p) -> c_int64:  # error: [bad-signature]
    return 2


@bpf
@section("xdp")
def license(ctx: c_void_p) -> c_int64:  # error: [bad-signature]
    zahl_über_null = 2
    return zahl_über_null


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
