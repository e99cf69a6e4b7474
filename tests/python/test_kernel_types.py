"""The kernel's own types: what programs read of them, held against what ``/proc`` tells."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from typing import Any

import pytest

import pythonbpf
from pythonbpf import BPF, CompileError

PROGRAM = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p
from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task{btf}
from pythonbpf.maps import Array
from vmlinux import task_struct

@bpf
@struct
class Facts:
    pid: c_uint32
    ppid: c_uint32
    tid: c_uint32
    uid: c_uint32
    start: c_uint64
    comm: str(16)
    parent: str(16)
    exe: str(32)

@bpf
@map
def facts() -> Array:
    return Array(key=c_uint32, value=Facts, max_entries=1)

@bpf
@section("raw_tp/sys_enter")
def read(ctx: c_void_p) -> c_int64:
    task = get_current_task{btf}()
    f = Facts()
    f.pid = task.tgid
    f.ppid = task.real_parent.tgid
    f.tid = task.pid
    f.uid = task.cred.uid.val
    f.start = task.group_leader.start_boottime
    f.comm = task.comm
    f.parent = task.real_parent.comm
    f.exe = task.mm.exe_file.f_path.dentry.d_name.name
    facts[0] = f
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


def facts(source: str) -> Any:
    with BPF(source=source) as b:
        b.programs["read"].detach()
        b.programs["read"].test_run()
        return b["facts"][0]


@pytest.mark.kernel
@pytest.mark.parametrize("btf", ["", "_btf"], ids=["untrusted", "trusted"])
def test_a_task_is_what_proc_tells(btf: str) -> None:
    if btf and tuple(map(int, os.uname().release.split(".")[:2])) < (5, 11):
        pytest.skip("get_current_task_btf is from Linux 5.11")
    told = facts(PROGRAM.replace("{btf}", btf))
    assert (told.pid, told.ppid, told.tid) == (os.getpid(), os.getppid(), threading.get_native_id())
    assert told.uid == os.getuid()
    assert told.comm == Path("/proc/self/comm").read_text().strip()
    assert told.parent == Path(f"/proc/{os.getppid()}/comm").read_text().strip()
    assert told.exe == Path("/proc/self/exe").resolve().name
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    assert told.start * os.sysconf("SC_CLK_TCK") // 10**9 == ticks


def test_vmlinux_needs_no_file(run: Any) -> None:
    program = (
        "import pythonbpf\n"
        "from vmlinux import TCP_ESTABLISHED, pid_t, struct_task_struct, task_struct\n"
        "print(TCP_ESTABLISHED, pid_t.__name__, task_struct.__name__, task_struct | None)\n"
        "from vmlinux import no_such_thing\n"
        "print(no_such_thing.__name__)\n"
    )
    result = run("-c", program)
    lines = result.stdout.splitlines()
    assert lines[0] == "1 c_int task_struct vmlinux.task_struct | None", result.stderr
    # Another kernel may have it: `type_exists(no_such_thing)`.
    assert lines[1] == "no_such_thing"


@pytest.mark.kernel
@pytest.mark.host("the kernel's BTF is hidden in a mount namespace")
def test_types_are_built_in(run: Any, tmp_path: Path) -> None:
    """What is compiled where the kernel shows no BTF runs where it does."""
    (tmp_path / "task.py").write_text(PROGRAM.replace("{btf}", ""))
    program = (
        "import pythonbpf, subprocess, sys\n"
        "subprocess.run(['mount', '-t', 'tmpfs', 'none', '/sys/kernel/btf'], check=True)\n"
        "from vmlinux import TCP_ESTABLISHED, pid_t, task_struct\n"
        "assert (TCP_ESTABLISHED, pid_t.__name__) == (1, 'c_int')\n"
        "pythonbpf.compile('task.py')\n"
    )
    hidden = (
        "import ctypes, os, sys\n"
        "assert ctypes.CDLL(None).unshare(0x20000) == 0\n"
        "assert ctypes.CDLL(None).mount(None, b'/', None, 0x44000, None) == 0\n"
    )
    result = run("-c", hidden + program)
    assert "the types of the kernel are those of Linux 6.12" in result.stderr, result
    assert "/sys/kernel/btf/vmlinux cannot be read" in result.stderr
    with BPF.from_object(tmp_path / "task.o") as b:
        b.load()
        b.programs["read"].test_run()
        assert b["facts"][0].pid == os.getpid()


def test_vmlinux_comes_before_pythonbpf_too(run: Any, tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text(
        "import vmlinux\n"
        "from vmlinux import TCP_ESTABLISHED, task_struct\n"
        "from pythonbpf import BPF, bpf, bpfglobal, section\n"
        + PROGRAM.replace("{btf}", "").partition("from vmlinux")[0]
        + PROGRAM.replace("{btf}", "").partition("import task_struct")[2]
        + "BPF().close()\n"
        "print(TCP_ESTABLISHED, vmlinux.task_struct is task_struct)\n"
    )
    result = run("first.py")
    assert result.stdout == "1 True\n", result.stderr


def test_a_vmlinux_of_the_users_wins(run: Any, tmp_path: Path) -> None:
    (tmp_path / "vmlinux.py").write_text("class task_struct: mine = True\n")
    for imports in ("import pythonbpf, vmlinux", "import vmlinux, pythonbpf"):
        result = run("-c", f"{imports}; print(vmlinux.task_struct.mine)")
        assert result.stdout == "True\n", result.stderr
    # Also where it stands behind the package on the path.
    behind = f"import sys; sys.path.remove(''); sys.path.append({str(tmp_path)!r})"
    result = run("-c", f"{behind}; import vmlinux; print(vmlinux.task_struct.mine)")
    assert result.stdout == "True\n", result.stderr


def test_btf_of_a_file(tmp_path: Path) -> None:
    damaged = tmp_path / "btf"
    damaged.write_bytes(b"\x9f\xeb\x01\x00")
    with pytest.raises(ValueError, match=r"btf: the BTF is damaged"):
        BPF(source=PROGRAM.replace("{btf}", ""), btf=damaged)
    source = PROGRAM.replace("{btf}", "").replace("task.comm", "task.command")
    with pytest.raises(CompileError, match="has no field `command` in this kernel"):
        BPF(source=source)
    running = Path("/sys/kernel/btf/vmlinux")
    if running.exists():
        BPF(source=PROGRAM.replace("{btf}", ""), btf=running).close()


def test_questions_are_for_the_kernel() -> None:
    with pytest.raises(RuntimeError, match=r"offsetof\(\) asks the kernel"):
        pythonbpf.offsetof(object())
    for ask in ("field_exists", "field_size", "type_exists", "enum_value", "enum_value_exists"):
        assert ask in pythonbpf.__all__
        with pytest.raises(RuntimeError, match="asks the kernel"):
            getattr(pythonbpf, ask)(object())


def test_kernel_integers_are_those_of_ctypes() -> None:
    import vmlinux  # type: ignore[import-not-found]

    assert vmlinux.__u16 is ctypes.c_uint16
