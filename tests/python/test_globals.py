"""Global variables, read and set from Python before the load and afterwards."""

from __future__ import annotations

import pytest

from pythonbpf import BPF, BpfError, UnknownNameError

pytestmark = pytest.mark.kernel

SOURCE = """
from ctypes import c_bool, c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Point:
    x: c_int32
    y: c_uint8


@bpf
@bpfglobal
def LIMIT() -> c_uint32:
    return 3


@bpf
@bpfglobal
def COUNT() -> c_uint64:
    return 0


@bpf
@bpfglobal
def FLAG() -> c_bool:
    return True


@bpf
@bpfglobal
def NAME() -> str(8):
    return "first"


@bpf
@bpfglobal
def POINT() -> Point:
    return Point(-1, 2)


@bpf
@bpfglobal
def WORDS() -> c_uint32 * 4:
    return (c_uint32 * 4)(1, 2)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    global COUNT, FLAG, NAME, POINT, WORDS
    COUNT += LIMIT
    FLAG = not FLAG
    if NAME == "second":
        POINT.x += 10
        NAME = "third"
    i = POINT.y
    if i < 4:
        WORDS[i] += 5
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


def test_first_values_and_those_that_programs_leave() -> None:
    b = BPF(source=SOURCE)
    assert set(b.globals) == {"LIMIT", "COUNT", "FLAG", "NAME", "POINT", "WORDS"}
    assert b.globals["LIMIT"] == 3
    assert b.globals["WORDS"] == [1, 2, 0, 0]
    b.globals["LIMIT"] = 7
    b.globals["COUNT"] = 100
    b.load()
    run = b.programs["prog"].test_run
    run(bytes(64))
    assert (b.globals["COUNT"], b.globals["FLAG"], b.globals["LIMIT"]) == (107, False, 7)
    b.globals["NAME"] = "second"
    b.globals["POINT"] = {"x": 5, "y": 3}
    run(bytes(64))
    assert (b.globals["POINT"].x, b.globals["POINT"].y) == (15, 3)
    assert b.globals["WORDS"] == [1, 2, 5, 5]
    assert b.globals["NAME"] == "third"
    b.close()
    with pytest.raises(BpfError):
        b.globals["COUNT"]


def test_variables_are_attributes_too() -> None:
    b = BPF(source=SOURCE)
    b.globals.LIMIT = 9
    assert (b.globals.LIMIT, b.globals["LIMIT"]) == (9, 9)
    assert "COUNT" in dir(b.globals)
    with pytest.raises(AttributeError, match="LIMIT"):
        b.globals.LIMITS = 1
    with pytest.raises(AttributeError, match="LIMIT"):
        _ = b.globals.LIMITS
    b.close()


def test_what_cannot_be_set_is_told() -> None:
    b = BPF(source=SOURCE)
    with pytest.raises(UnknownNameError, match="COUNT"):
        b.globals["COUNTS"]
    with pytest.raises(OverflowError):
        b.globals["LIMIT"] = 1 << 32
    b.load()
    with pytest.raises(BpfError, match="before load"):
        b.globals["LIMIT"] = 4
    assert b.globals["LIMIT"] == 3
    b.close()


def test_globals_are_called_so() -> None:
    b = BPF(source=SOURCE)
    with pytest.raises(OverflowError, match="global variable `LIMIT`: -1 does not fit"):
        b.globals.LIMIT = -1
    with pytest.raises(TypeError, match="global variable `LIMIT`: a NoneType is no BPF value"):
        b.globals.LIMIT = None
    kept = b.globals
    b.close()
    assert repr(kept) == "<globals: closed>"


def test_a_global_with_the_name_of_a_method_is_set_by_its_name() -> None:
    b = BPF(source=SOURCE.replace("LIMIT", "items"))
    with pytest.raises(AttributeError, match=r"b\.globals\['items'\]"):
        b.globals.items = 5  # pyright: ignore[reportAttributeAccessIssue]
    b.globals["items"] = 5
    assert b.globals["items"] == 5
    assert dict(b.globals.items())["items"] == 5
