"""What a loop's test does, it also does the last time, when it ends the loop."""

# run: last(data=64) == 110
# run: walrus(data=64) == 11

from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def STOP() -> c_uint64:
    return c_uint64(10)


@bpf
@section("xdp")
def last(ctx: c_void_p) -> c_int64:
    stop = STOP
    if stop > 10:
        return 0
    i: c_uint64 = 0
    tens: c_uint64 = 0
    while (tens := i * 10) < 1000 and i < stop:
        i += 1
    return tens + stop


@bpf
@section("xdp")
def walrus(ctx: c_void_p) -> c_int64:
    stop = STOP
    if stop > 10:
        return 0
    i: c_uint64 = 0
    while (i := i + 1) <= stop:
        pass
    return i


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
