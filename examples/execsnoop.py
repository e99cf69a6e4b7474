"""New programs with their arguments: who ran what, and whether that worked.

    sudo python examples/execsnoop.py
    sudo pythonbpf run examples/execsnoop.py

RET is 0, or the number of the error, such as -2 where there is no such file. Arguments
behind the twentieth, and what is longer than 63 bytes, are cut off.
"""

import contextlib
from ctypes import c_int32, c_uint32
from typing import Annotated, Any

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task, pid
from pythonbpf.maps import HashMap, RingBuffer

ARGUMENTS = 20


@bpf
@struct
class Exec(Struct):
    pid: Annotated[int, c_uint32]
    ppid: Annotated[int, c_uint32]
    ret: Annotated[int, c_int32]
    count: Annotated[int, c_uint32]
    args: Annotated[list[str], str(64) * ARGUMENTS]


@bpf
@map
def running() -> HashMap:
    return HashMap(key=c_uint32, value=Exec, max_entries=1024)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 22)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def on_enter(ctx: Any) -> int:
    e = Exec(pid=pid(), ppid=get_current_task().real_parent.tgid)
    for i in range(ARGUMENTS):
        arg = ctx.argv[i]
        if not arg:
            break
        e.args[i] = arg
        e.count += 1
    running[pid()] = e
    return 0


@bpf
@section("tracepoint/syscalls/sys_exit_execve")
def on_exit(ctx: Any) -> int:
    e = running.lookup(pid())
    if not e:
        return 0
    e.ret = ctx.ret
    events.output(e)
    running.delete(pid())
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    print(f"{'PID':>7} {'PPID':>7} {'RET':>4} ARGS", flush=True)
    with contextlib.suppress(KeyboardInterrupt), BPF() as b:
        for e in b.events(Exec):
            print(f"{e.pid:7} {e.ppid:7} {e.ret:4} {' '.join(e.args[: e.count])}", flush=True)
