# guide: Supported field types include: Pointers: c_void_p, c_char_p
# run: prog(data=64) == 2
# events: sent == [{"where": 18446612682070000000, "name": 305419896, "empty": 0}]
from ctypes import c_char_p, c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import XDP_PASS
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Addresses:
    where: c_void_p
    name: c_char_p
    empty: c_void_p


@bpf
@map
def sent() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    addresses = Addresses()
    addresses.where = 18446612682070000000
    addresses.name = c_uint64(0x12345678)
    addresses.empty = None
    sent.output(addresses)
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
