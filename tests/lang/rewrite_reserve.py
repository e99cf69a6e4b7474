# An event that is only filled and then sent is filled in the ring buffer; what
# a full buffer loses is that event and nothing else.
# run: prog(data=64) == 3
# events: ring == [{"ts": 5, "kind": 1, "comm": "abc", "tail": [0, 9]}, {"ts": 6, "kind": 0, "comm": "", "tail": [0, 0]}]
# map: counts[0] == 2
from ctypes import c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, RingBuffer


@bpf
@struct
class Event:
    ts: c_uint64
    kind: c_uint8
    comm: str(5)
    tail: c_uint16 * 2


@bpf
@struct
class Large:
    bytes: c_uint8 * 4000
    last: c_uint32


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def full() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def counts() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
def send(ts: c_uint64, kind: c_uint8) -> None:
    e = Event()
    e.ts = ts
    if kind:
        e.comm = "abc"
        e.kind = kind
        e.tail[1] = 9
    ring.output(e)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    send(5, 1)
    send(6, 0)
    for i in range(2):
        event = Large()
        event.last = i
        # What happens between does so whether or not there is room.
        counts[0] += 1
        full.output(event)
    a = c_uint32(1)
    b = a + 1
    return a + b


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
