# What is made of written numbers is computed as Python does, also where a part
# needs more than 64 bits. `Final` and `Annotated` leave a type as it is.
# run: prog(data=64) == 1
from ctypes import c_int64, c_uint32, c_uint64, c_void_p
from typing import Annotated, Final

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import ktime

ALL = 2**64 - 1
HALF = (1 << 64) // 2


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    most: c_uint64 = 2**64 - 1
    if most != ALL or most + 1 != 0:
        return 0
    if (2**100) >> 90 != 1024 or HALF != 0x8000000000000000:
        return 0
    now = ktime()
    if now & (2**64 - 1) != now:
        return 0
    narrow: Final[c_uint32] = most
    wide: Annotated[c_uint64, "bytes"] = narrow
    one: Final = 1
    return one if wide == 2**32 - 1 else 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
