"""A marker has twelve arguments at the most, and numbers and pointers only."""
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Pair:
    a: c_uint64
    b: c_uint64


@bpf
@section("usdt//bin/sh:provider:marker")
def many(
    ctx: c_void_p,
    a: c_int64,
    b: c_int64,
    c: c_int64,
    d: c_int64,
    e: c_int64,
    f: c_int64,
    g: c_int64,
    h: c_int64,
    i: c_int64,
    j: c_int64,
    k: c_int64,
    l: c_int64,
    m: c_int64,  # error: [bad-signature]
) -> c_int64:
    return 0


@bpf
@section("usdt//bin/sh:provider:marker")
def wide(ctx: c_void_p, pair: Pair) -> c_int64:  # error: [bad-signature]
    return 0


@bpf
@section("usdt//bin/sh:provider:marker")
def bare(ctx: c_void_p, number) -> c_int64:  # error: [missing-annotation]
    return number


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
