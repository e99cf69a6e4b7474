# run: prog(data=64) == 2
# map: out[0] == 4096
# map: out[1] == 4294967295
# map: out[2] == 9223372036854775807
# map: out[3] == -9223372036854775808
# map: out[4] == 1
# map: out[5] == -3
# map: out[6] == -1
# map: out[7] == 255
# map: out[8] == 2147483648
import ctypes
from ctypes import c_int64, c_void_p

import pythonbpf as p
from pythonbpf import helper
from pythonbpf.helper import XDP_PASS as PASS
from pythonbpf.maps import Array as Table

SIZE = 1 << 12
MASK: int = 0xFFFF_FFFF
HIGH = 2**63 - 1
LOW = -(2**63)
YES = True
HALF = -7 // 2
REST = -7 % 2
SIZES = SIZE // 16 - 1


@p.bpf
@p.map
def out() -> Table:
    return Table(value=ctypes.c_int64, max_entries=SIZE // 256)


@p.bpf
@p.section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    out[0] = SIZE
    out[1] = MASK
    out[2] = HIGH
    out[3] = LOW
    out[4] = YES
    out[5] = HALF
    out[6] = REST
    out[7] = SIZES
    out[8] = 2147483647 + 1
    if helper.XDP_PASS == PASS:
        return PASS
    return helper.XDP_DROP


@p.bpf
@p.bpfglobal
def LICENSE() -> str:
    return "GPL"
