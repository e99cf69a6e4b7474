# A field says two types: what readers of the value have, and what is in the kernel. The base
# class is for type checkers alone.
# run: sizes(data=64) == 40
# run: wraps(data=64) == 4
# run: parts(data=64) == 1034

from ctypes import c_int64, c_uint8, c_uint16, c_uint32, c_void_p, sizeof
from typing import Annotated, Final

import pythonbpf
from pythonbpf import Struct, bpf, bpfglobal, section, struct


@bpf
@struct
class Inner(Struct):
    low: Annotated[int, c_uint8]
    high: Annotated[int, "from 0 to 7", c_uint16]


@bpf
@struct
class Outer(pythonbpf.Struct):
    inner: Inner
    name: Annotated[str, str(16)]
    mac: Annotated[bytes, c_uint8 * 6]
    count: Annotated[c_uint32, "in bytes"]
    whole: Annotated[int, "64 bits, as every int"]


@bpf
@section("socket")
def sizes(ctx: c_void_p) -> int:
    return sizeof(Outer)


@bpf
@section("socket")
def wraps(ctx: c_void_p) -> c_int64:
    inner = Inner(low=250, high=2)
    inner.low += 10
    return inner.low


@bpf
@section("socket")
def parts(ctx: c_void_p) -> c_int64:
    outer = Outer(inner=Inner(low=1, high=1), name="four")
    outer.mac[5] = 5
    wide: Final[Annotated[int, c_uint16]] = c_uint16(sizeof(Outer)) + 984
    return wide + outer.mac[5] + outer.inner.low + len(outer.name)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
