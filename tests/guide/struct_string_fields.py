# guide: Supported field types include: Fixed strings: str(N) where N is the size (e.g., str(16))
# run: prog(data=64) == 2
# events: sent == [{"one": "", "four": "abcd", "comm": "sixteen"}]
# map: names["key"] == {"one": "x", "four": "", "comm": "0123456789abcdef"}
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import XDP_PASS
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Names:
    one: str(1)
    four: str(4)
    comm: str(16)


@bpf
@map
def sent() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def names() -> HashMap:
    return HashMap(key=str(8), value=Names, max_entries=4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    name = Names()
    name.four = "abcd"
    name.comm = "sixteen"
    sent.output(name)
    other = Names()
    other.one = "x"
    other.comm = "0123456789abcdef"
    names.update("key", other)
    return XDP_PASS


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
