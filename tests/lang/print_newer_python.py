# run: prog(data=64) == 2
# prints: ["4 ab 3", "3", "5 5", "x = 3", "\\3", "3 1"]
"""Quotes within quotes, comments and names within f-strings."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = 3
    print(f"{x + 1} {'a' + "b"} {f"{x}"}")
    print(f"""{
        x  # what is printed
    }""")
    print(f"{(y := x + 2)} {y}")
    print(f"{x = }")
    print(rf"\{x}")
    print(f"{x if x > 2 else 0} {x in (1, 3)}")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
