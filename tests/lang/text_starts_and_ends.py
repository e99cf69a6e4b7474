# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 0
# map: out[2] == 1
# map: out[3] == 1
# map: out[4] == 0
# map: out[5] == 1
# map: out[6] == 1
# map: out[7] == 1
# map: out[8] == 1
# map: out[9] == 1
# map: out[10] == 1
# map: out[11] == 1
# map: out[12] == 1
# map: out[13] == 0
# map: out[14] == 1
# map: out[15] == 0
# map: out[16] == 1
# map: out[17] == 1
# map: out[18] == 0
"""The start and the end of a text, or one of several."""

from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Task:
    id: c_uint32
    comm: str(16)
    short: str(4)


@bpf
@struct
class Short:
    four: str(4)
    eight: str(8)


@bpf
@map
def shorts() -> Array:
    return Array(value=Short, max_entries=1)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    task = Task()
    task.comm = "kworker/0:1H"
    task.short = "abcd"
    out[0] = task.comm.startswith("kworker/")
    out[1] = task.comm.startswith("kthread")
    out[2] = task.comm.startswith(("irq/", "kworker"))
    out[3] = task.comm.endswith("1H")
    out[4] = task.comm.endswith(":1")
    out[5] = task.comm.endswith(("x", "H"))
    out[6] = task.short.endswith("cd")
    out[7] = task.short.startswith("abcd")
    out[8] = task.short.endswith("abcd")
    out[9] = task.comm.startswith("")
    out[10] = "kworker".startswith("k")
    out[11] = task.comm[2:8].endswith("er/")
    out[12] = task.comm.endswith("kworker/0:1H")
    out[13] = task.comm.endswith("xkworker/0:1H")
    shorts[0] = Short(four="xabd", eight="abcdefg")
    held = shorts.lookup(0)
    if not held:
        return 1
    four = held.four
    out[14] = four.endswith("a") or four.endswith("abd")
    out[15] = four.endswith(("a", "abc"))
    eight = held.eight
    out[16] = eight.endswith("abcdefg") or eight.endswith("a")
    out[17] = eight.endswith("x") or eight.endswith("fg")
    out[18] = eight.endswith("a") or four.endswith("b")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
