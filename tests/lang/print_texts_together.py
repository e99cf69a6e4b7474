# kernel: 5.13
# run: prog(data=64) == 2
# prints: ["bash full", "bashabc", "full1bash", "[bash  ] [  bash]", "[  ab] [ab]", "naïve bash"]
"""Several texts share a line, with widths, and letters behind them."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


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
    task.comm = "bash"
    task.full = "full"
    print(task.comm, task.full)
    print(f"{task.comm}abc")
    print(f"{task.full}1{task.comm}")
    print(f"[{task.comm:6}] [{task.comm:>6}]")
    print(f"[{'ab':>4}] [{'abc':.2}]")
    print("naïve", task.comm)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
