# kernel: 5.13
# run: prog(data=64) == 2
# map: out[0] == 6
# map: out[1] == 32
from ctypes import c_int64, c_uint16, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, PerCpuArray


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@map
def cells() -> Array:
    return Array(value=c_uint16, max_entries=4)


@bpf
@map
def per_cpu() -> PerCpuArray:
    return PerCpuArray(value=c_uint64, max_entries=2)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    for index, cell in cells.items():
        cell[0] = index
    for cell in cells.values():
        out[0] += cell
    for own in per_cpu.values():
        own[0] = 16
    for own in per_cpu.values():
        out[1] += own
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
