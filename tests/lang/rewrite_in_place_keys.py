# A key that was changed under another name is another key: its entry is made anew.
# run: turns(data=64) == 3
# run: filled(ctx=0) == 2
# run: passed(data=64) == 2
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm
from pythonbpf.maps import HashMap


@bpf
@struct
class Point:
    x: c_uint32
    y: c_uint32


@bpf
@struct
class Line:
    ends: Point * 2


@bpf
@struct
class Name:
    text: str(16)


@bpf
@struct
class Names:
    all: Name * 2


@bpf
@map
def lines() -> HashMap:
    return HashMap(key=Line, value=c_uint64, max_entries=16)


@bpf
@map
def names() -> HashMap:
    return HashMap(key=Names, value=c_uint64, max_entries=16)


@bpf
@map
def points() -> HashMap:
    return HashMap(key=Point, value=c_uint64, max_entries=16)


@bpf
def entries(line: Line) -> c_int64:
    count = c_int64(0)
    for a in range(2):
        for b in range(2):
            line.ends[0].x = a
            line.ends[1].x = b
            if line in lines:
                count += 1
    return count


@bpf
@section("xdp")
def turns(ctx: c_void_p) -> c_int64:
    line = Line()
    lines[line] = 5
    for end in line.ends:
        v = lines.lookup(line)
        if v:
            end.x += 1
            lines.update(line, v + 1)
    return entries(line)


@bpf
@section("raw_tp/sys_enter")
def filled(ctx: c_void_p) -> c_int64:
    both = Names()
    names[both] = 5
    for i, name in enumerate(both.all):
        v = names.lookup(both)
        if v and i == 0:
            comm(name.text)
            names.update(both, v + 1)
    found = both in names
    empty = Names()
    return found + (empty in names)


@bpf
def move(at: Point, same: Point) -> None:
    v = points.lookup(at)
    if v:
        same.x += 1
        points.update(at, v + 1)


@bpf
@section("xdp")
def passed(ctx: c_void_p) -> c_int64:
    at = Point()
    points[at] = 5
    move(at, at)
    start = Point()
    return (at in points) + (start in points)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
