# guide: BPF global variables are values that: Are initialized when the program loads
# guide: BPF global variables are values that: Can be read by all BPF functions
# run: first(data=64) == 1234
# run: second(data=64) == 5678
# run: third(data=64) == -1
# map: texts["held"] == 1
from ctypes import c_bool, c_int32, c_int64, c_uint8, c_uint16, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@bpfglobal
def WIDE() -> c_uint64:
    return 0x1_0000_0000


@bpf
@bpfglobal
def SMALL() -> c_uint16:
    return c_uint16(1234)


@bpf
@bpfglobal
def NEGATIVE() -> c_int32:
    return -1


@bpf
@bpfglobal
def FLAG() -> c_bool:
    return True


@bpf
@bpfglobal
def ZERO() -> c_uint8:
    return c_uint8()


@bpf
@bpfglobal
def NAME() -> str:
    return "held"


@bpf
@map
def texts() -> HashMap:
    return HashMap(key=str(5), value=c_uint8, max_entries=4)


@bpf
def shared(step: c_int64) -> c_int64:
    return SMALL + step


@bpf
@section("xdp")
def first(ctx: c_void_p) -> c_int64:
    texts.update(NAME, FLAG)
    return shared(ZERO)


@bpf
@section("xdp")
def second(ctx: c_void_p) -> c_int64:
    if FLAG and WIDE >> 32 == 1:
        return shared(4444)
    return 0


@bpf
@section("socket")
def third(ctx: c_void_p) -> c_int64:
    return NEGATIVE


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
