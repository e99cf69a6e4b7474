"""The decorators are marks: the guide's programs import and run under CPython."""

from __future__ import annotations

import pickle
from ctypes import c_bool, c_char, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

import pytest

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf._marks import mark_of
from pythonbpf._values import struct_type
from pythonbpf.maps import HashMap, PerfEventArray, RingBuffer
from pythonbpf.structs import asdict, astuple, fields

GUIDE = """
from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, PerfEventArray, RingBuffer
from ctypes import *

@bpf
@struct
class ProcessEvent:
    timestamp: c_uint64
    pid: c_uint32
    comm: str(16)
    args: c_char_p

@bpf
@struct
class Outer:
    inner: ProcessEvent
    mac: c_uint8 * 6

@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)

@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4096)

@bpf
@map
def perf() -> PerfEventArray:
    return PerfEventArray(key_size=c_int32, value_size=c_int32)

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def track(ctx: c_void_p) -> c_int64:
    event = ProcessEvent()
    events.output(event)
    return 0

@bpf
@section("tracepoint/syscalls/sys_enter_open")
def trace_open(ctx):
    pass

@section("xdp")
@bpf
def wrong_order(ctx: c_void_p) -> c_int64:
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_the_guides_definitions_run_under_cpython(future: str) -> None:
    names: dict[str, object] = {"__name__": "guide"}
    exec(future + GUIDE, names)
    assert mark_of(names["track"]).section == "tracepoint/syscalls/sys_enter_execve"  # type: ignore[union-attr]
    assert mark_of(names["track"]).kinds == {"bpf", "section"}  # type: ignore[union-attr]
    assert mark_of(names["wrong_order"]).kinds == {"bpf", "section"}  # type: ignore[union-attr]
    assert fields(names["ProcessEvent"]) == ("timestamp", "pid", "comm", "args")
    assert names["LICENSE"]() == "GPL"  # type: ignore[operator]
    assert repr(names["counts"]()).startswith("HashMap(key=")  # type: ignore[operator]


def test_a_decorator_returns_the_object_it_was_given() -> None:
    def program(ctx: c_void_p) -> c_int64:
        return c_int64(0)

    assert bpf(section("xdp")(program)) is program
    assert map(program) is program  # type: ignore[comparison-overlap]
    assert bpfglobal(program) is program  # type: ignore[comparison-overlap]
    assert bpf(3) == 3  # nothing to mark: the compiler complains about it
    mark = mark_of(program)
    assert mark is not None
    assert mark.filename == __file__


def test_a_mark_is_not_inherited() -> None:
    @bpf
    class Base:
        pass

    class Derived(Base):
        pass

    assert mark_of(Base) is not None
    assert mark_of(Derived) is None


def test_map_operations_say_where_they_run() -> None:
    counts = HashMap(key=c_uint32, value=c_uint64, max_entries=8)
    assert (counts.key, counts.value, counts.max_entries) == (c_uint32, c_uint64, 8)
    with pytest.raises(RuntimeError, match=r"HashMap\.lookup runs inside BPF programs"):
        counts.lookup(1)
    with pytest.raises(RuntimeError, match="inside BPF programs"):
        RingBuffer(max_entries=4096).output(1)
    with pytest.raises(RuntimeError, match="inside BPF programs"):
        PerfEventArray().output(1)


@bpf
@struct
class Point:
    x: c_uint32
    y: c_uint32


@bpf
@struct
class Record:
    at: Point
    name: str(16)  # pyright: ignore
    mac: c_uint8 * 6
    words: c_uint32 * 2
    text: c_char * 8
    on: c_bool
    where: c_void_p
    level: c_uint32 = c_uint32(5)


def test_a_struct_is_a_value() -> None:
    point = Point(1, y=2)
    assert (point.x, point.y) == (1, 2)
    assert repr(point) == "Point(x=1, y=2)"
    assert point == Point(x=1, y=2) != Point(x=1, y=3)
    assert point != (1, 2)
    assert {point: "seen"}[Point(1, 2)] == "seen"
    assert asdict(point) == {"x": 1, "y": 2}
    assert astuple(point) == (1, 2)
    x, y = point
    assert (x, y) == (1, 2)
    match point:
        case Point(1, second):
            assert second == 2
    point.x += 1
    assert point.x == 2


def test_fields_left_out_are_zero() -> None:
    record = Record()
    assert record.at == Point(0, 0)
    assert record.name == ""
    assert record.mac == bytes(6)
    assert record.words == [0, 0]
    assert record.text == ""
    assert record.on is False
    assert record.where == 0
    assert record.level == 5
    assert Record().words is not record.words


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((1, 2, 3), {}, "Point has 2 fields but 3 values were given"),
        ((), {"z": 1}, "Point has no field 'z': it has x, y"),
        ((1,), {"x": 1}, "field 'x' is given twice"),
    ],
)
def test_wrong_fields_are_named(
    args: tuple[int, ...], kwargs: dict[str, int], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        Point(*args, **kwargs)


def test_names_that_python_would_mangle() -> None:
    hidden = struct_type("Hidden", ("__opaque", "plain"))
    value = hidden(1, plain=2)
    assert (getattr(value, "__opaque"), value.plain) == (1, 2)
    setattr(value, "__opaque", 3)
    assert tuple(value) == (3, 2)
    assert repr(value) == "Hidden(__opaque=3, plain=2)"
    assert pickle.loads(pickle.dumps(value)) == value


def test_generated_struct_classes() -> None:
    cls = struct_type("Event", ("ts", "pid"))
    assert struct_type("Event", ("ts", "pid")) is cls
    assert struct_type("Event", ("ts",)) is not cls
    event = cls(ts=1, pid=2)
    assert repr(event) == "Event(ts=1, pid=2)"
    assert pickle.loads(pickle.dumps(event)) == event
    with pytest.raises(AttributeError):
        event.typo = 1
    assert struct_type("Point", ("x", "y"))(1, 2) == Point(1, 2)


def test_functions_on_structs_refuse_others() -> None:
    with pytest.raises(TypeError, match="int is not a struct"):
        asdict(3)
