# run: prog(data=64) == 2
# map: names["ab"] == 98
# map: names["abc"] == 3
# events: sent == [{"text": "hello"}]
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Line:
    text: str(8)


@bpf
@map
def names() -> HashMap:
    return HashMap(key=str(8), value=c_uint64, max_entries=4)


@bpf
@map
def sent() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    line = Line()
    line.text = "ab"
    names[line.text] = line.text[1]
    if "ab" in names:
        names["abc"] = 3
    line.text = "longer"
    line.text = "hello"
    sent.output(line)
    if line.text[5] == 0 and line.text[6] == 0:
        return 2
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
