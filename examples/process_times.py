"""How long each process lived, measured in the kernel: a hash map remembers
when it started, and a perf buffer carries the result when it ends.

    sudo pythonbpf run examples/process_times.py
    sudo python examples/process_times.py
"""

from ctypes import c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, ktime, pid, tid
from pythonbpf.maps import HashMap, PerfEventArray


@bpf
@struct
class Exit(Struct):
    nanoseconds: Annotated[int, c_uint64]
    pid: Annotated[int, c_uint32]
    comm: Annotated[str, str(16)]


@bpf
@map
def started() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=10240)


@bpf
@map
def exits() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint32, value_size=c_uint32)


@bpf
@section("tracepoint/sched/sched_process_exec")
def on_exec(ctx: c_void_p) -> int:
    started[pid()] = ktime()
    return 0


@bpf
@section("tracepoint/sched/sched_process_exit")
def on_exit(ctx: c_void_p) -> int:
    if pid() != tid():
        return 0  # a thread; the process goes on
    start = started.lookup(pid())
    if not start:
        return 0  # it was there before us
    event = Exit()
    event.nanoseconds = ktime() - start
    event.pid = pid()
    comm(event.comm)
    exits.output(event)
    del started[pid()]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    with BPF() as b:
        print(f"{'PID':>7}  {'MILLISECONDS':>12}  COMMAND", flush=True)
        for event in b.events(Exit):
            milliseconds = event.nanoseconds / 1e6
            print(f"{event.pid:7}  {milliseconds:12.3f}  {event.comm}", flush=True)
