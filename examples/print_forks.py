"""A line of text for every process that forks, printed from the kernel.

    sudo pythonbpf run examples/print_forks.py
    sudo python examples/print_forks.py
"""
# kernel: 5.16

# More than three values in one print:
# kernel: 5.16
from ctypes import c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, bpf, bpfglobal, section, struct, trace_fields
from pythonbpf.helper import comm, pid, uid


@bpf
@struct
class Name:
    comm: Annotated[str, str(16)]


@bpf
@bpfglobal
def forks() -> Annotated[int, c_uint64]:
    return 0


@bpf
@section("tracepoint/sched/sched_process_fork")
def on_fork(ctx: c_void_p) -> int:
    global forks
    forks += 1
    name = Name()
    comm(name.comm)
    print(f"fork {forks}: {name.comm} (pid {pid()}, uid {uid()})")
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    with BPF():
        while True:
            print(trace_fields().msg, flush=True)
