# guide: The function must return a map type (HashMap, PerfEventArray, RingBuffer) and the return type must be annotated.
# guide: See BPF Maps for more details on available map types.
# guide: Learn about BPF Maps for data storage and communication
# run: prog(data=64) == 2
# map: table[1] == 10
# events: ring == [10]
# events: perf == [11]
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import XDP_PASS
from pythonbpf.maps import HashMap, PerfEventArray, RingBuffer


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def perf() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint32, value_size=c_uint32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    value = c_uint64(10)
    table.update(1, value)
    ring.output(value)
    perf.output(value + 1)
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
