"""Opened files: who asked for which path, and the descriptor or error that came of it.

    sudo python examples/opensnoop.py [PID]
    sudo pythonbpf run examples/opensnoop.py
"""

import contextlib
import sys
from ctypes import c_int32, c_uint32, c_uint64
from typing import Annotated, Any

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, pid, probe_read_user_str, tid
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Open(Struct):
    pid: Annotated[int, c_uint32]
    ret: Annotated[int, c_int32]
    comm: Annotated[str, str(16)]
    path: Annotated[str, str(256)]


@bpf
@bpfglobal
def TARGET() -> Annotated[int, c_uint32]:
    return 0


@bpf
@map
def asked() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=10240)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 20)


@bpf
@section("tracepoint/syscalls/sys_enter_openat")
def on_enter(ctx: Any) -> int:
    if TARGET and pid() != TARGET:
        return 0
    asked[tid()] = c_uint64(ctx.filename)
    return 0


@bpf
@section("tracepoint/syscalls/sys_exit_openat")
def on_exit(ctx: Any) -> int:
    address = asked.lookup(tid())
    if not address:
        return 0
    e = Open(pid=pid(), ret=ctx.ret)
    comm(e.comm)
    # At the beginning the page with the path may not be there yet; by now the kernel has read it.
    probe_read_user_str(e.path, address[0])
    events.output(e)
    asked.delete(tid())
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    b = BPF()
    if len(sys.argv) > 1:
        b.globals.TARGET = int(sys.argv[1])
    print(f"{'PID':>7} {'COMM':16} {'FD':>4} PATH", flush=True)
    with contextlib.suppress(KeyboardInterrupt), b:
        for e in b.events(Open):
            print(f"{e.pid:7} {e.comm:16} {e.ret:4} {e.path}", flush=True)
