"""A histogram by powers of two in a per-CPU array."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import ktime
from pythonbpf.maps import PerCpuArray


@bpf
@map
def slots() -> PerCpuArray:
    return PerCpuArray(value=c_uint64, max_entries=64)


@bpf
def log2(value: c_uint64) -> c_uint32:
    high = c_uint32(value > 0xFFFFFFFF) << 5
    value >>= high
    shift = c_uint32(value > 0xFFFF) << 4
    value >>= shift
    high |= shift
    shift = c_uint32(value > 0xFF) << 3
    value >>= shift
    high |= shift
    shift = c_uint32(value > 0xF) << 2
    value >>= shift
    high |= shift
    shift = c_uint32(value > 0x3) << 1
    value >>= shift
    high |= shift
    return high | c_uint32(value >> 1)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    begin = ktime()
    slot = slots.lookup(log2(ktime() - begin))
    if not slot:
        return 0
    slot[0] += 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
