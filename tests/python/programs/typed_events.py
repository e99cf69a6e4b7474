"""Events whose fields type checkers know."""

from ctypes import c_uint8, c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import XDP_PASS, ktime, smp_processor_id
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Place(Struct):
    cpu: Annotated[int, c_uint32]


@bpf
@struct
class Event(Struct):
    when: Annotated[int, c_uint64]
    comm: Annotated[str, str(16)]
    mac: Annotated[bytes, c_uint8 * 6]
    place: Place


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def send(ctx: c_void_p) -> int:
    event = Event(when=ktime(), comm="typed", place=Place(cpu=smp_processor_id()))
    events.output(event)
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
