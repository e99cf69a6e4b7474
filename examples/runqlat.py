"""How long tasks that could run wait for a CPU, as a histogram by powers of two.

    sudo python examples/runqlat.py [PID]
    sudo pythonbpf run examples/runqlat.py --duration 5
"""

import sys
import time
from ctypes import c_bool, c_long, c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, bpf, bpfglobal, field_exists, hist, map, section, struct
from pythonbpf.helper import ktime
from pythonbpf.maps import Array, HashMap
from vmlinux import task_struct

SLOTS = 32


@bpf
@struct
class task_struct___before_5_14:
    state: c_long


@bpf
@bpfglobal
def TARGET() -> Annotated[int, c_uint32]:
    return 0


@bpf
@map
def waiting() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=10240)


@bpf
@map
def usecs() -> Array:
    return Array(value=c_uint64, max_entries=SLOTS)


@bpf
@map
def total() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
def log2(value: Annotated[int, c_uint64]) -> int:
    slot = 0
    for shift in (32, 16, 8, 4, 2, 1):
        if value >> shift:
            value >>= shift
            slot += shift
    return slot


@bpf
def is_runnable(task: task_struct) -> c_bool:
    """The field has another name since Linux 5.14."""
    if field_exists(task_struct.__state):
        return task.__state == 0
    return task_struct___before_5_14(task).state == 0


@bpf
def begins_to_wait(task: task_struct) -> None:
    if task.pid and (not TARGET or task.tgid == TARGET):
        waiting[task.pid] = ktime()


@bpf
@section("tp_btf/sched_wakeup")
def on_wakeup(ctx: c_void_p, task: task_struct) -> int:
    begins_to_wait(task)
    return 0


@bpf
@section("tp_btf/sched_wakeup_new")
def on_new(ctx: c_void_p, task: task_struct) -> int:
    begins_to_wait(task)
    return 0


@bpf
@section("tp_btf/sched_switch")
def on_switch(ctx: c_void_p, preempt: c_bool, before: task_struct, after: task_struct) -> int:
    if is_runnable(before):
        begins_to_wait(before)
    begin = waiting.lookup(after.pid)
    if not begin:
        return 0
    waited = ktime() - begin[0]
    slot = usecs.lookup(min(log2(waited // 1000), SLOTS - 1))
    if slot:
        slot[0] += 1
    total[0] += waited
    waiting.delete(after.pid)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    b = BPF()
    if len(sys.argv) > 1:
        b.globals.TARGET = int(sys.argv[1])
    with b:
        time.sleep(5)
        print(hist(b["usecs"], "usecs"))
