# kernel: 5.13
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


LONG = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
LONG_0 = LONG + LONG
LONG_1 = LONG_0 + LONG_0
LONG_2 = LONG_1 + LONG_1
LONG_3 = LONG_2 + LONG_2


@bpf
@struct
class Task:
    comm: str(16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    x = c_uint32(5)
    task = Task()
    print(f"{x:^8}")  # error: [bad-format]
    print(f"{x:b}")  # error: [bad-format]
    print(f"{x:pM}")  # error: [bad-format]
    print(f"{x:pQ}")  # error: [bad-format]
    print(f"{x:pI6}")  # error: [type-mismatch]
    print(f"{task.comm:d}")  # error: [bad-format]
    print(f"{x:s}")  # error: [bad-format]
    print(task)  # error: [type-mismatch]
    print(x, end="")  # error: [bad-format]
    print(x, sep=x)  # error: [type-mismatch]
    print(x, file=x)  # error: [wrong-arguments]
    print("%d" % (x, x))  # error: [bad-format]
    print("%d %d" % x)  # error: [bad-format]
    print("%r" % x)  # error: [bad-format]
    print("{} {}".format(x))  # error: [bad-format]
    print("{".format(x))  # error: [bad-format]
    print("{!r}".format(x))  # error: [bad-format]
    print(f"nul\0{x}")  # error: [bad-format]
    print(LONG_3)  # error: [bad-format]
    y = "%d" % x  # error: [type-mismatch]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
