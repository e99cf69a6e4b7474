from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Buffer:
    bytes: c_uint8 * 4
    name: str(8)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    buffer = Buffer()
    x = buffer.bytes[4]  # error: [out-of-bounds]
    buffer.bytes[-1] = 5  # error: [out-of-bounds]
    x = buffer.name[8]  # error: [out-of-bounds]
    v = counts.lookup(1)
    if v:
        v[1] = 5  # error: [out-of-bounds]
    return buffer.bytes[3]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
