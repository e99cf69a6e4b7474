"""Members that are read together: the object runs where they lie otherwise, too."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from made_btf import Types

from pythonbpf import BPF

SOURCE = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task
from vmlinux import task_struct

@bpf
@bpfglobal
def PID() -> c_uint32:
    return 0

@bpf
@bpfglobal
def TGID() -> c_uint32:
    return 0

@bpf
@bpfglobal
def START() -> c_uint64:
    return 0

@bpf
@bpfglobal
def PARENT() -> c_uint32:
    return 0

@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    global PID, TGID, START, PARENT
    task = get_current_task()
    PID = task.pid
    TGID = task.tgid
    START = task.start_time
    PARENT = task.real_parent.tgid
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""

# Where another kernel has them: as here, in another order, side by side though
# `start_time` is far away here, at an odd distance, and in a struct of a few bytes.
LAYOUTS = {
    "close": (64, {"pid": 0, "tgid": 4, "start_time": 8, "real_parent": 16}),
    "turned": (64, {"start_time": 0, "real_parent": 8, "tgid": 16, "pid": 20}),
    "aligned": (128, {"pid": 4, "tgid": 20, "real_parent": 24, "start_time": 56}),
    "small": (24, {"pid": 0, "tgid": 4, "real_parent": 8, "start_time": 16}),
}


def btf(size: int, members: dict[str, int]) -> bytes:
    """BTF of a `task_struct` that has these members."""
    types = Types()
    signed, long = types.integer("int", 4, signed=True), types.integer("unsigned long long", 8)
    # The struct comes next.
    kinds = {"pid": signed, "tgid": signed, "start_time": long, "real_parent": types.pointer(4)}
    types.struct("task_struct", size, {name: (kinds[name], at) for name, at in members.items()})
    return types.raw()


def started(pid: int, tid: int) -> int:
    """When a thread started, in clock ticks since the boot."""
    stat = Path(f"/proc/{pid}/task/{tid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[19])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_members_that_lie_otherwise(layout: str, tmp_path: Path) -> None:
    made = tmp_path / "btf"
    made.write_bytes(btf(*LAYOUTS[layout]))
    with BPF(source=SOURCE, btf=made) as b:
        seen: list[tuple[int, ...]] = []

        def here() -> None:
            # In a thread of its own, so that the two numbers differ.
            b.programs["prog"].test_run(ctx=bytes(16))
            g = b.globals
            tid = threading.get_native_id()
            at = started(os.getpid(), tid)
            seen.append((g.PID, g.TGID, g.PARENT, g.START, tid, at))

        b.programs["prog"].detach()
        thread = threading.Thread(target=here)
        thread.start()
        thread.join()
        pid, tgid, parent, start, tid, at = seen[0]
        assert (pid, tgid, parent) == (tid, os.getpid(), os.getppid())
        assert abs(start * os.sysconf("SC_CLK_TCK") // 10**9 - at) <= 2
