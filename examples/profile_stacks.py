"""Where the CPU's time goes: stacks sampled by a clock, counted in the kernel.

sudo python examples/profile_stacks.py [PID] | flamegraph.pl > profile.svg
"""

import sys
import time
from ctypes import c_int64, c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import BPF_F_USER_STACK, comm, pid
from pythonbpf.maps import HashMap, StackTrace


@bpf
@bpfglobal
def TARGET() -> Annotated[int, c_uint32]:
    return 0


@bpf
@struct
class Sample:
    pid: c_uint32
    kernel: c_int64
    user: c_int64
    comm: Annotated[str, str(16)]


@bpf
@map
def stacks() -> StackTrace:
    return StackTrace(max_entries=16384)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=Sample, value=c_uint64, max_entries=16384)


@bpf
@section("perf_event")
def on_tick(ctx: c_void_p) -> int:
    process = pid()
    if process == 0 or (TARGET and process != TARGET):
        return 0
    sample = Sample(pid=process)
    sample.kernel = stacks.get_stackid(ctx)
    sample.user = stacks.get_stackid(ctx, BPF_F_USER_STACK)
    comm(sample.comm)
    counts[sample] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    b = BPF()
    if len(sys.argv) > 1:
        b.globals.TARGET = int(sys.argv[1])
    b.load()
    b.programs["on_tick"].attach(event="cpu_clock", frequency=99)
    time.sleep(5)
    b.programs["on_tick"].detach()
    print(b["stacks"].folded(b["counts"]))
    b.close()
