# run: prog(data=64) == 1
# map: out[0] == 0
# map: out[1] == 0
# map: out[2] == 0
# map: out[3] == 2
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import XDP_PASS
from pythonbpf.maps import Array, CpuMap, DevMap, DevMapHash, XskMap


@bpf
@map
def devices() -> DevMap:
    return DevMap(max_entries=4)


@bpf
@map
def by_number() -> DevMapHash:
    return DevMapHash(max_entries=4)


@bpf
@map
def processors() -> CpuMap:
    return CpuMap(max_entries=4)


@bpf
@map
def sockets() -> XskMap:
    return XskMap(max_entries=4)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """Devices, processors and sockets that packets are sent to; here there are none."""
    out[0] = 1 in devices
    out[1] = by_number[7]
    out[2] = 3 in sockets
    if processors.redirect(0) == 4:
        return 4
    if sockets.redirect(0) == 4:
        return 4
    out[3] = devices.redirect(1, flags=XDP_PASS)
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
