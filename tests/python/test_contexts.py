"""Contexts of test runs: given by field, read back by field."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import pytest

from pythonbpf import BPF, SystemRefusedError

pytestmark = pytest.mark.kernel

with_context_of_xdp = pytest.mark.skipif(
    tuple(int(part) for part in os.uname().release.split(".")[:2]) < (5, 15),
    reason="test runs of XDP take a context since Linux 5.15",
)

PROGRAM = """
from ctypes import c_int64, c_uint64, c_void_p
from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array

@bpf
@map
def seen() -> Array:
    return Array(value=c_uint64, max_entries=2)

@bpf
@section("tc")
def mark(ctx: c_void_p) -> c_int64:
    ctx.mark = ctx.mark + 1
    return ctx.priority

@bpf
@section("xdp")
def interface(ctx: c_void_p) -> c_int64:
    return ctx.ingress_ifindex

@bpf
@section("raw_tp/sys_enter")
def second(ctx: c_void_p, regs: c_uint64, number: c_uint64) -> c_int64:
    seen[0] = number
    return 0

@bpf
@section("tp_btf/sched_process_exec")
def traced(ctx: c_void_p) -> c_int64:
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.fixture(scope="module")
def b() -> BPF:
    b = BPF(source=PROGRAM)
    b.load()
    return b


def test_fields_are_given_and_read_back_by_name(b: BPF) -> None:
    run = b.programs["mark"].test_run(bytes(64), ctx={"mark": 41, "priority": 3})
    assert run.retval == 3
    assert run.ctx["mark"] == 42
    assert b.programs["mark"].test_run(bytes(64)).ctx == {}


@with_context_of_xdp
def test_the_packets_end_need_not_be_said(b: BPF) -> None:
    run = b.programs["interface"].test_run(bytes(60), ctx={"ingress_ifindex": 1})
    assert run.retval == 1
    assert run.ctx["data_end"] == 60


def test_arguments_of_raw_tracepoints_are_integers(b: BPF) -> None:
    b.programs["second"].test_run(ctx=[0, 257])
    assert b["seen"][0] == 257


def test_bytes_and_structures_are_taken_as_they_are(b: BPF) -> None:
    class Skb(ctypes.Structure):
        _fields_ = (("len", ctypes.c_uint32), ("type", ctypes.c_uint32), ("mark", ctypes.c_uint32))

    for ctx in (bytes(Skb(mark=6)), Skb(mark=6)):
        assert b.programs["mark"].test_run(bytes(64), ctx=ctx).ctx["mark"] == 7  # type: ignore[arg-type]


def test_wrong_fields_and_numbers_are_errors(b: BPF) -> None:
    with pytest.raises(ValueError, match="no field `makr`; there is mark"):
        b.programs["mark"].test_run(bytes(64), ctx={"makr": 1})
    with pytest.raises(OverflowError, match="mark: 4294967296 does not fit 32 bits"):
        b.programs["mark"].test_run(bytes(64), ctx={"mark": 1 << 32})
    with pytest.raises(ValueError, match="no context with fields"):
        b.programs["second"].test_run(ctx={"x": 1})
    mark: Any = b.programs["mark"]
    second: Any = b.programs["second"]
    for wrong in ({"mark": "a"}, {"mark": None}, {"mark": 1.5}):
        with pytest.raises(TypeError, match="mark is an integer, not"):
            mark.test_run(bytes(64), ctx=wrong)
    for word in ("a", 1.5, None):
        with pytest.raises(TypeError, match=r"ctx\[0\] is an integer, not"):
            second.test_run(ctx=[word, 1])
    for number in (1 << 64, (1 << 64) + 5, -(1 << 63) - 1):
        with pytest.raises(OverflowError, match=r"ctx\[0\]: .* does not fit 64 bits"):
            second.test_run(ctx=[number, 1])
    second.test_run(ctx=[-1, (1 << 64) - 1])
    assert b["seen"][0] == (1 << 64) - 1
    with pytest.raises(TypeError, match=r"ctx is a dictionary of fields.*not int"):
        mark.test_run(bytes(64), ctx=5)
    with pytest.raises(TypeError, match="data is the packet's bytes, not str"):
        mark.test_run("abc")
    with pytest.raises(TypeError, match="data is the packet's bytes, not int"):
        mark.test_run(64)
    with pytest.raises(TypeError, match="repeat is an integer, not float"):
        mark.test_run(bytes(64), repeat=1.5)
    with pytest.raises(ValueError, match="repeat is from 1"):
        mark.test_run(bytes(64), repeat=-1)


def test_fields_that_are_arrays(b: BPF) -> None:
    run = b.programs["mark"].test_run(bytes(64), ctx={"cb": [1, 2, 3, 4, 5]})
    assert run.ctx["cb"] == [1, 2, 3, 4, 5]
    with pytest.raises(ValueError, match="cb is a list of 5 integers, not of 2"):
        b.programs["mark"].test_run(bytes(64), ctx={"cb": [1, 2]})
    with pytest.raises(TypeError, match="cb is a list of 5 integers, not int"):
        b.programs["mark"].test_run(bytes(64), ctx={"cb": 1})
    with pytest.raises(OverflowError, match=r"cb\[4\]: 4294967296 does not fit"):
        b.programs["mark"].test_run(bytes(64), ctx={"cb": [0, 0, 0, 0, 1 << 32]})


@pytest.mark.parametrize(
    ("program", "input", "why"),
    [
        ("second", {"ctx": [0, 1], "repeat": 5}, "`repeat` is for programs on packets"),
        ("second", {"ctx": [0, 1], "data": bytes(64)}, "raw tracepoints have no packet"),
        ("second", {"ctx": [0]}, "reads more arguments than the 1 of `ctx`"),
        ("second", {}, "raw tracepoints need their arguments"),
        ("second", {"ctx": [0] * 13}, "has 12 arguments at the most"),
        ("mark", {"data": bytes(64), "ctx": {"len": 5}}, "does not let `len` of the context"),
        ("mark", {"data": bytes(13)}, r"at least 14 bytes of `data` \(13\)"),
        ("mark", {}, r"at least 14 bytes of `data` \(none is given\)"),
        ("traced", {"ctx": [0]}, "no kernel test-runs programs of this type"),
    ],
)
def test_what_the_kernel_does_not_take_is_told(
    b: BPF, program: str, input: dict[str, Any], why: str
) -> None:
    with pytest.raises(SystemRefusedError, match=why):
        b.programs[program].test_run(**input)


@with_context_of_xdp
def test_a_queue_needs_its_interface(b: BPF) -> None:
    with pytest.raises(SystemRefusedError, match="`rx_queue_index` needs an `ingress_ifindex`"):
        b.programs["interface"].test_run(bytes(64), ctx={"rx_queue_index": 1})
