# run: prog(data=64) == 2
# prints: ["100% of 42", "café 42"]
"""Where the kernel's formats have no `%%`, the text is passed as a value."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = 42
    print(f"100% of {x}")
    print("café", x)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
