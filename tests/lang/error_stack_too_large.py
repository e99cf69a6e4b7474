from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Large:
    words: c_uint64 * 4097


@bpf
@map
def large() -> HashMap:
    return HashMap(key=c_uint32, value=Large, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    local = Large()  # error: [stack-too-large]
    local.words[3] = 5
    large.update(1, local)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
