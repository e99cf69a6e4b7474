"""Structs of operations at work: a congestion control and a scheduler, in the lab."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from pythonbpf import BPF

CONTROL = Path(__file__).parent / "programs" / "congestion.py"
SCHEDULER = Path("/sys/kernel/sched_ext/state")
AVAILABLE = Path("/proc/sys/net/ipv4/tcp_available_congestion_control")

pytestmark = pytest.mark.skipif(
    "PYTHONBPF_LAB" not in os.environ, reason="it changes how the whole machine works"
)

SIMPLE = """
from ctypes import c_int32, c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, StructOps
from vmlinux import SCX_DSQ_GLOBAL, SCX_SLICE_DFL, scx_bpf_dsq_insert, sched_ext_ops


@bpf
@map
def calls() -> Array:
    return Array(value=c_uint64, max_entries=2)


@bpf
@section("struct_ops.s")
def begin(ctx: c_void_p) -> c_int32:
    calls[1] += 1
    return 0


@bpf
@section("struct_ops")
def enqueue(ctx: c_void_p, p, flags: c_uint64) -> c_int64:
    calls[0] += 1
    scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, SCX_SLICE_DFL, flags)
    return 0


@bpf
@map
def simple() -> StructOps:
    return StructOps(sched_ext_ops, name="py_simple", timeout_ms=5000, init=begin, enqueue=enqueue)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


RUNNING = tuple(int(part) for part in os.uname().release.split(".")[:2])


def functions() -> set[str]:
    lines = Path("/proc/kallsyms").read_text().splitlines()
    return {line.split()[2] for line in lines}


def carry(control: str, size: int) -> int:
    """Sends so many bytes over a connection under a congestion control."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    listener = socket.create_server(("127.0.0.1", 0))
    got: list[int] = []

    def receive() -> None:
        peer, _ = listener.accept()
        with peer:
            got.append(sum(len(part) for part in iter(lambda: peer.recv(65536), b"")))

    reader = threading.Thread(target=receive)
    reader.start()
    with socket.socket() as sender:
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, control.encode())
        sender.connect(listener.getsockname())
        sender.sendall(bytes(size))
    reader.join(30)
    listener.close()
    return got[0]


@pytest.mark.skipif(RUNNING < (6, 1), reason="programs call no functions of Linux before 6.1")
@pytest.mark.skipif(
    "PYTHONBPF_LAB" in os.environ and "tcp_reno_cong_avoid" not in functions(),
    reason="the kernel has no such function",
)
def test_a_congestion_control_carries_a_connection() -> None:
    b = BPF(CONTROL)
    b.load()
    b["reno"].attach_struct_ops()
    assert "bpf_lang_reno" in AVAILABLE.read_text().split()
    size = 2_000_000
    assert carry("bpf_lang_reno", size) == size
    calls = list(b["calls"].values())
    assert calls[0] >= 1
    assert calls[2] > 0
    assert calls[3] >= 2
    assert b["reno"].detach_struct_ops()
    assert not b["reno"].detach_struct_ops()
    assert "bpf_lang_reno" not in AVAILABLE.read_text().split()
    # The kernel takes a struct of operations once: again it must be loaded anew.
    with pytest.raises(OSError, match="takes it once: close the object and load it anew"):
        b["reno"].attach_struct_ops()
    b.close()
    with BPF(CONTROL):
        assert "bpf_lang_reno" in AVAILABLE.read_text().split()
    assert "bpf_lang_reno" not in AVAILABLE.read_text().split()


@pytest.mark.skipif(not SCHEDULER.exists(), reason="the kernel has no sched_ext")
def test_a_scheduler_runs_the_machine() -> None:
    with BPF(source=SIMPLE) as b:
        assert SCHEDULER.read_text().strip() == "enabled"
        worker = subprocess.Popen(["sleep", "1"])
        deadline = time.monotonic() + 20
        while b["calls"][0] < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert b["calls"][0] >= 20
        assert b["calls"][1] == 1
        assert worker.wait(20) == 0
    assert SCHEDULER.read_text().strip() == "disabled"
