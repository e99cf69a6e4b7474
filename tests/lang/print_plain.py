# run: prog(data=64) == 2
# prints: [" ", "plain", "a b 1 -2 1", "implicit concatenation name", "{x} is 3, name 3", "a3", "a, 3, b", "x=3", "tab\there", "nested 3"]
"""Texts, constants and escapes become the format itself."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


NAME = "name"


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = 3
    print()
    print("plain")
    print("a", "b", 1, -2, True)
    print("implicit " "concatenation", NAME)
    print(f"{{x}} is {x}, {NAME}", x)
    print("a", x, sep="")
    print("a", x, "b", sep=", ", end="\n")
    print(f"{x=}")
    print("tab\there")
    print(f"{'nested'} {f'{x}'}")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
