# run: prog(data=64) == 0
# map: out[0] == 3
# map: out[1] == 0
# map: out[2] == 0
# map: out[3] == 0
# map: out[4] == 6
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
def read(i: c_int64) -> c_uint32:
    odd = (c_uint32 * 3)(1, 2, 3)
    return odd[i]  # warning: [unchecked-index]


@bpf
def write(i: c_uint32) -> c_uint32:
    odd = (c_uint32 * 3)(1, 2, 3)
    odd[i] += 10  # warning: [unchecked-index]
    odd[i + 1] = 0  # warning: [unchecked-index]
    return odd[0] + odd[1] + odd[2]


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    zero = random() & 0
    out[0] = read(zero + 2)
    out[1] = read(zero + 3)
    out[2] = read(c_int64(zero) - 1)
    out[3] = read(c_int64(zero) + (1 << 32))
    out[4] = write(zero + 300)
    return read(c_int64(-(2**63)) + zero)

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
