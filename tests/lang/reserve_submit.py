# run: prog(data=64) == 2
# events: ring == [{"pid": 7, "kind": 0, "total": 99, "comm": "hello", "tail": [0, 5, 0]}, {"pid": 8, "kind": 1, "total": 0, "comm": "", "tail": [0, 0, 0]}]
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import BPF_RB_NO_WAKEUP
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Event:
    pid: c_uint32
    kind: c_uint8
    total: c_uint64
    comm: str(16)
    tail: c_uint32 * 3


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    e = ring.reserve(Event)
    if not e:
        return 0
    e.pid = 7
    e.total = 100
    e.total -= 1
    e.comm = "hello"
    e.tail[1] = e.pid - 2
    ring.submit(e)
    f = ring.reserve(Event)
    if f:
        f.pid = 8
        f.kind = 1
        f.submit()
    g = ring.reserve(Event)
    if g is None:
        return 1
    g.pid = 9
    ring.discard(g)
    h = ring.reserve(type=Event, flags=0)
    if h is not None:
        h.discard(flags=BPF_RB_NO_WAKEUP)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
