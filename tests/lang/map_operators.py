# run: prog(data=64) == 2
# map: counts[1] == 7
# map: counts[2] == 18446744073709551615
# map: counts[3] == 0
# map: counts[4] == 3
# map: bytes_[1] == 4
# map: bytes_[2] == 255
# map: bytes_[3] == 6
# map: words[1] == -7
# map: words[2] == 12
# map: cpu[0] == null
from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap, PerCpuHash


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def bytes_() -> HashMap:
    return HashMap(key=c_uint8, value=c_uint8, max_entries=8)


@bpf
@map
def words() -> HashMap:
    return HashMap(key=c_int64, value=c_int32, max_entries=8)


@bpf
@map
def cpu() -> PerCpuHash:
    return PerCpuHash(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    counts[1] += 10
    counts[1] -= 3
    counts[2] -= 1
    counts[3] *= 5
    counts[4] |= 6
    counts[4] ^= 5
    bytes_[1] += 250
    bytes_[1] += 10
    bytes_[2] -= 1
    bytes_[3] += 13
    bytes_[3] %= 7
    words[1] -= 7
    words[2] += 3
    words[2] <<= 2
    cpu[1] += 2
    del cpu[0]
    return cpu[1]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
