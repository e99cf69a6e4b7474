# given: 0 3 -32768 5 28 484020 2780930122 18
# given: -256 584885485690 31 19 11 2147483648 100 32768
# given: 15 -2147483649 3365519789 16 85880676662522 2147483648 2 9
# given: -1 188990 14 4 10 3575925097 10 494
# given: 4 7 2777285886 2 -4294967296 32768 1822805312 127
# given: 3420826114830190145 32768 2147483647 5 30663842752197644 3586928569 101 7
# given: 768793693 1940940569 -9223372036854775808 80494917025 15 19 17 1715967270
# given: 5 3321166044 15 7 8 16 1 7
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, HashMap


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)


@bpf
@map
def prog_m2() -> HashMap:
    return HashMap(key=c_uint32, value=c_int8, max_entries=64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    v3: c_uint8 = 0
    prog_m2[1] = (0 // ((v3 ** 0) == 0))
    return v3


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
