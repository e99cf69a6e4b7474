"""Processes that end: how old they were, and by which exit code or signal they went.

    sudo python examples/exitsnoop.py
    sudo pythonbpf run examples/exitsnoop.py
"""

import contextlib
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import ktime_get_boot_ns
from pythonbpf.maps import RingBuffer
from vmlinux import task_struct


@bpf
@struct
class Exit:
    age: c_uint64
    pid: c_uint32
    ppid: c_uint32
    code: c_uint32
    signal: c_uint32
    comm: str(16)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 20)


@bpf
@section("tp_btf/sched_process_exit")
def on_exit(ctx: c_void_p, task: task_struct) -> c_int64:
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
        for e in b["events"]:
            why = f"signal {e.signal}" if e.signal else f"code {e.code}"
            print(f"{e.pid:7} {e.ppid:7} {e.comm:16} {e.age / 1e9:9.3f} {why}", flush=True)
