"""Every process that starts: when, who and what, as events in a ring buffer.

    sudo pythonbpf run examples/exec_events.py
    sudo python examples/exec_events.py
"""

from ctypes import c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, ktime, pid, uid
from pythonbpf.maps import RingBuffer


@bpf
@struct
class ExecEvent(Struct):
    ktime: Annotated[int, c_uint64]
    pid: Annotated[int, c_uint32]
    uid: Annotated[int, c_uint32]
    comm: Annotated[str, str(16)]


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=65536)


@bpf
@section("tracepoint/sched/sched_process_exec")
def on_exec(ctx: c_void_p) -> int:
    event = ExecEvent()
    event.ktime = ktime()
    event.pid = pid()
    event.uid = uid()
    comm(event.comm)
    events.output(event)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    with BPF() as b:
        print(f"{'TIME':>12}  {'PID':>7}  {'UID':>5}  COMMAND", flush=True)
        for event in b.events(ExecEvent):
            seconds = event.ktime / 1e9
            print(f"{seconds:12.6f}  {event.pid:7}  {event.uid:5}  {event.comm}", flush=True)
