"""Offsets into the packet that are known when the program runs."""
# run: option(data=0x0200000000010200000000020800080a010203040000000000000000000000000000000000000000) == 167838211
# run: option(data=0x0200000000010200000000020800ff0a010203040000000000000000000000000000000000000000) == 0
# run: walk(data=0x02000000000102000000000208000103aa0204bbcc03000000000000000000000000000000000000) == 9
# run: far(data=64) == 7
# run: wide(data=64) == 0
# run: words(data=0x02000000000102000000000208000102030405060708010203040506070800000000000000000000) == 72
from ctypes import c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap
from pythonbpf.net import be32, ntohl


@bpf
@struct
class Option:
    kind: c_uint8
    length: c_uint8


@bpf
@map
def lengths() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("tc")
def option(ctx: c_void_p) -> c_int64:
    first = ctx.packet(c_uint8, 14)
    if not first:
        return 0
    word = ctx.packet(be32, first[0] + 7)
    if word is None:
        return 0
    return ntohl(word[0])


@bpf
@section("tc")
def walk(ctx: c_void_p) -> c_int64:
    total = 0
    offset = 14
    for _ in range(8):
        known = ctx.packet(Option, offset)
        if not known or known.length == 0:
            break
        total += known.kind + known.length // 3
        if known.kind == 3:
            break
        offset += known.length
    return total + offset - 17


@bpf
@section("tc")
def far(ctx: c_void_p) -> c_int64:
    n = c_uint64(70000)
    if lengths[1] == 0:
        n += lengths[2]
    if ctx.packet(c_uint8, n):
        return 1
    small = c_uint16(n)
    if ctx.packet(c_uint8, small):
        return 2
    if ctx.packet(c_uint8, 63) and not ctx.packet(c_uint8, 64):
        return 7
    return 3


@bpf
@section("xdp")
def wide(ctx: c_void_p) -> c_int64:
    whole = ctx.packet(c_uint8 * 64, 0)
    if not whole:
        return 1
    copy = (c_uint8 * 64)()
    copy = whole
    return copy[0] + copy[63] + whole[13]


@bpf
@section("tc")
def words(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(16):
        byte = ctx.packet(c_uint8, 14 + i)
        if byte:
            total += byte[0]
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
