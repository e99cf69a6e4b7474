# guide: They can be used: As map keys and values
# guide: They can be used: For perf event output
# guide: They can be used: In ring buffer submissions
# guide: They can be used: As local variables
# guide: See BPF Structs for more details on working with structs.
# guide: Explore BPF Structs for defining custom data types
# run: prog(data=64) == 3
# run: prog(data=64) == 6
# map: flows[{"port": 443, "proto": 6}] == {"packets": 2, "bytes": 200}
# map: flows[{"port": 443, "proto": 17}] == null
# events: ring == [{"packets": 1, "bytes": 100}, {"packets": 2, "bytes": 200}]
# events: perf == [{"port": 443, "proto": 6}, {"port": 443, "proto": 6}]
from ctypes import c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, PerfEventArray, RingBuffer


@bpf
@struct
class Flow:
    port: c_uint16
    proto: c_uint8


@bpf
@struct
class Traffic:
    packets: c_uint64
    bytes: c_uint64


@bpf
@map
def flows() -> HashMap:
    return HashMap(key=Flow, value=Traffic, max_entries=64)


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
    flow = Flow()
    flow.port = 443
    flow.proto = 6
    old = flows.lookup(flow)
    now = Traffic()
    if old:
        now.packets = old.packets
        now.bytes = old.bytes
    now.packets += 1
    now.bytes = now.bytes + 100
    flows.update(flow, now)
    ring.output(now)
    perf.output(flow)
    return now.packets * 3


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
