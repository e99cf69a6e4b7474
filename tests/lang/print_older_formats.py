# run: prog(data=64) == 2
# prints: ["x=42", "full is 42", "42 and 43", "7 42 {}", "42", "42!", "<42>"]
"""`%` and `.format` with constant formats print the same."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


FORMAT = "<%d>"


@bpf
@struct
class Task:
    comm: str(16)
    full: str(4)
    after: str(4)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    task.full = "full"
    x = 42
    print("x=%d" % x)
    print("%s is %d" % (task.full, x))
    print("{} and {}".format(x, x + 1))
    print("{1} {0} {{}}".format(x, 7))
    print("{name}".format(name=x))
    print("%i%s" % (x, "!"))
    print(FORMAT % x)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
