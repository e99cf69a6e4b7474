from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p
import os

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import random
from pythonbpf.maps import HashMap

CORES = os.cpu_count()
LOOP = ROUND
ROUND = LOOP  # error: [constant-required]


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=CORES)  # error: [constant-required]


@bpf
@struct
class Buffer:
    bytes: c_uint8 * 4
    text: str(CORES)  # error: [constant-required]


@bpf
@struct
class Bytes:
    all: c_uint8 * 4


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    buffer = Bytes()
    index = random()
    x = buffer.all[index]  # warning: [unchecked-index]
    y = 2 ** index  # error: [constant-required]
    return x + y + LOOP


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
