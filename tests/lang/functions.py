# run: prog(data=64) == 2
# map: out[0] == 120
# map: out[1] == -56
# map: out[2] == 15
# map: out[3] == 1
# map: out[4] == 3
# map: out[5] == 4294967295
from ctypes import c_bool, c_int8, c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
def factorial(n: c_uint32) -> c_uint64:
    product = c_uint64(1)
    for i in range(1, 20):
        if i > n:
            break
        product *= i
    return product


@bpf
def narrow(value: c_int64) -> c_int8:
    return value


@bpf
def five(a: c_uint8, b: c_uint8, c: c_uint8, d: c_uint8, e: c_uint8) -> c_int64:
    return a + b + c + d + e


@bpf
def positive(value: c_int32) -> c_bool:
    return value > 0


@bpf
def remember(value: c_int64) -> None:
    if value < 3:
        return
    out[4] = value


@bpf
def minus_one() -> c_uint32:
    return -1


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    out[0] = factorial(5)
    out[1] = narrow(200)
    out[2] = five(257, 2, 3, 4, 5)  # warning: [truncated-constant]
    out[3] = positive(factorial(3)) and not positive(narrow(128))
    remember(3)
    remember(2)
    out[5] = minus_one()
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
