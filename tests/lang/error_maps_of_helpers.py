from ctypes import c_int64, c_uint32, c_uint64, c_uint8, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import map_peek_elem, map_update_elem, perf_event_output, ringbuf_reserve
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Large:
    a: str(40000)
    b: c_uint8 * 40000


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@map
def large() -> HashMap:
    return HashMap(key=c_uint32, value=Large, max_entries=4)


@bpf
@map
def long_keys() -> HashMap:
    return HashMap(key=str(513), value=c_uint64, max_entries=4)  # error: [bad-map-definition]


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def prog(ctx: c_void_p) -> c_int64:
    x = 5
    map_peek_elem(counts, x)  # error: [map-operation]
    map_update_elem(ring, 1, 2, 0)  # error: [map-operation]
    perf_event_output(ctx, counts, 0, x)  # error: [map-operation]
    ringbuf_reserve(ring, 8, 0)  # error: [unfinished-reservation]
    first = large.lookup(1)
    second = large.lookup(2)
    if first and second:
        first.a = "text"  # error: [unsupported-statement]
        first.b = second.b  # error: [unsupported-statement]
        first[0] = second  # error: [unsupported-statement]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
