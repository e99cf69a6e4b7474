"""Contexts of test runs: given by field, read back by field."""

from __future__ import annotations

import ctypes
import os

import pytest

from pythonbpf import BPF

pytestmark = pytest.mark.kernel

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


@pytest.mark.skipif(
    tuple(int(part) for part in os.uname().release.split(".")[:2]) < (5, 15),
    reason="test runs of XDP take a context since Linux 5.15",
)
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
    with pytest.raises(ValueError, match="mark: 4294967296 does not fit 32 bits"):
        b.programs["mark"].test_run(bytes(64), ctx={"mark": 1 << 32})
    with pytest.raises(ValueError, match="no context with fields"):
        b.programs["second"].test_run(ctx={"x": 1})
