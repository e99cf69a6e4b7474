"""System calls by process, counted in the kernel in a hash map.

    sudo pythonbpf run examples/count_syscalls.py --duration 5
    sudo python examples/count_syscalls.py
"""

import time
from ctypes import c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, pid
from pythonbpf.maps import HashMap


@bpf
@struct
class Process:
    pid: c_uint32
    comm: Annotated[str, str(16)]


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=Process, value=c_uint64, max_entries=4096)


@bpf
@section("tracepoint/raw_syscalls/sys_enter")
def on_syscall(ctx: c_void_p) -> int:
    process = Process()
    process.pid = pid()
    comm(process.comm)
    counts[process] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    with BPF() as b:
        time.sleep(5)
        busiest = sorted(b["counts"].items(), key=lambda entry: -entry[1])
        print(f"{'CALLS':>9}  {'PID':>7}  COMMAND")
        for process, count in busiest[:15]:
            print(f"{count:9}  {process.pid:7}  {process.comm}")
