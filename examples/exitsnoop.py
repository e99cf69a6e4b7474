"""Processes that end: how old they were, and by which exit code or signal they went.

    sudo python examples/exitsnoop.py
    sudo pythonbpf run examples/exitsnoop.py
"""

import contextlib
from ctypes import c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import ktime_get_boot_ns
from pythonbpf.maps import RingBuffer
from vmlinux import task_struct


@bpf
@struct
class Exit(Struct):
    age: Annotated[int, c_uint64]
    pid: Annotated[int, c_uint32]
    ppid: Annotated[int, c_uint32]
    code: Annotated[int, c_uint32]
    signal: Annotated[int, c_uint32]
    comm: Annotated[str, str(16)]


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 20)


@bpf
@section("tp_btf/sched_process_exit")
def on_exit(ctx: c_void_p, task: task_struct) -> int:
    if task.pid != task.tgid:
        return 0
    e = Exit(pid=task.tgid, ppid=task.real_parent.tgid, comm=task.comm)
    e.age = ktime_get_boot_ns() - task.start_boottime
    e.code = (task.exit_code >> 8) & 0xFF
    e.signal = task.exit_code & 0x7F
    events.output(e)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    print(f"{'PID':>7} {'PPID':>7} {'COMM':16} {'AGE s':>9} EXIT", flush=True)
    with contextlib.suppress(KeyboardInterrupt), BPF() as b:
        for e in b.events(Exit):
            why = f"signal {e.signal}" if e.signal else f"code {e.code}"
            print(f"{e.pid:7} {e.ppid:7} {e.comm:16} {e.age / 1e9:9.3f} {why}", flush=True)
