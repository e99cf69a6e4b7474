from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


type Number = int


@bpf
@struct
class Box[T]:  # error: [bad-struct-definition]
    value: c_int64


@bpf
@section("xdp")
def generic[T](ctx: c_void_p) -> c_int64:  # error: [bad-signature]
    return 0


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    type Local = int  # error: [unsupported-statement]
    x = 3
    y = t"{x}"  # error: [unsupported-expression]
    print(t"{x}")  # error: [unsupported-expression]
    print(f"{x:{x}}")  # error: [bad-format]
    print(f"{x!s:>5}")  # error: [bad-format]
    z: Number = 3  # error: [unknown-type]
    try:  # error: [unsupported-statement]
        x = 1
    except* ValueError:
        x = 2
    async with x:  # error: [unsupported-statement]
        x = 2
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
