# guide: Supported field types include: Fixed strings: str(N) where N is the size (e.g., str(16))
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Names:
    four: str(4)
    none: str(0)  # error: [out-of-range]
    open: str  # error: [unsupported-type]


@bpf
@struct
class Name:
    four: str(4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    name = Name()
    name.four = "abcde"  # error: [out-of-range]
    name.four = 5  # error: [type-mismatch]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
