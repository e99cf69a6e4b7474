# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 12
# map: out[2] == 4
# map: out[3] == 5
# map: out[4] == 1
import enum
from ctypes import c_int64, c_uint32, c_void_p
from enum import IntEnum, auto

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import random
from pythonbpf.maps import Array


class Color(IntEnum):
    RED = 1
    GREEN = auto()
    BLUE = GREEN + 8
    DARK = auto()


class Access(enum.Flag):
    READ = auto()
    WRITE = auto()
    RUN = auto()
    ANY = READ | RUN


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    out[0] = Color.RED
    out[1] = Color.DARK + Color.RED
    out[2] = Access.RUN.value
    out[3] = Access.ANY
    color = random() & 0 | 2
    if color == Color.GREEN:
        out[4] = 1
    words = (c_uint32 * Color.BLUE)()
    return color + words[Color.BLUE - 1]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
