# kernel: 5.15
# run: prog(data=64) == 2
# prints: ["[   42] [42   ] [00042]", "[   -7] [-7   ] [-0007]", "[+42] [-7] [ 42]", "[0000002a] [2A] [0x2a]", "[0x0000002a] [0x2a    ] [0X2A]", "100% of 42%", "[*]"]
"""Widths, signs and fillings are those of Python."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = 42
    y = -7
    print(f"[{x:5d}] [{x:<5}] [{x:05d}]")
    print(f"[{y:5}] [{y:<5d}] [{y:05d}]")
    print(f"[{x:+d}] [{y:+}] [{x: d}]")
    print(f"[{x:08x}] [{x:X}] [{x:#x}]")
    print(f"[{x:#010x}] [{x:<#8x}] [{x:#X}]")
    print(f"100% of {x}%")
    print(f"[{x:c}]")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
