# run: prog(data=64) == 2
# map: out[0] == 7
# map: out[1] == 7
# map: out[2] == 8
# map: out[3] == -1
# map: out[4] == 9
# map: out[5] == -7
# map: out[6] == 22
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import BPF_EXIST
from pythonbpf.maps import Array, Queue, Stack


@bpf
@struct
class Point:
    x: c_uint32
    y: c_uint32


@bpf
@map
def queue() -> Queue:
    return Queue(value=c_uint64, max_entries=2)


@bpf
@map
def stack() -> Stack:
    return Stack(value=Point, max_entries=4)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """Queues and stacks: push, pop and peek; what is not there is no value."""
    queue.push(7)
    queue.push(8)
    first = queue.peek()
    if first:
        out[0] = first
    again = queue.pop()
    if again is not None:
        out[1] = again[0]
    again = queue.pop()
    if again:
        out[2] = again
    if not queue.pop():
        out[3] = -1
    queue.push(8)
    queue.push(8)
    queue.push(9, BPF_EXIST)
    queue.pop()
    last = queue.pop()
    if last:
        out[4] = last
    queue.push(1)
    queue.push(1)
    out[5] = queue.push(1)
    stack.push(Point(1, 2))
    stack.push(Point(x=20, y=2))
    top = stack.pop()
    if top:
        out[6] = top.x + top.y
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
