"""Members of the kernel's structs of every kind, held against what the system tells of them."""

from __future__ import annotations

import os
import resource
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from pythonbpf import BPF

pytestmark = pytest.mark.kernel

PROGRAM = """
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p, cast
from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import get_current_task{btf}
from pythonbpf.maps import Array
from vmlinux import socket, tcp_sock

@bpf
@struct
class Facts:
    function: c_uint64
    has_function: c_uint32
    subreaper: c_uint32
    reuse: c_uint32
    locks: c_uint32
    nonagle: c_uint32
    port: c_uint32
    family: c_uint32
    limit: c_uint64
    limits: c_uint64
    letter: c_uint32
    nr: c_uint32
    level: c_uint32
    node: str(65)
    pair: c_uint32
    copied: c_uint64

@bpf
@map
def facts() -> Array:
    return Array(key=c_uint32, value=Facts, max_entries=1)

@bpf
@bpfglobal
def FD() -> c_uint32:
    return 0

@bpf
@bpfglobal
def INDEX() -> c_uint32:
    return 0

@bpf
@section("raw_tp/sys_enter")
def read(ctx: c_void_p) -> c_int64:
    task = get_current_task{btf}()
    f = Facts()
    exe = task.mm.exe_file
    f.function = c_uint64(exe.f_op.llseek)
    f.has_function = 1 if exe.f_op.llseek else 0
    if exe.f_op.iopoll is None:
        f.has_function |= 2
    f.subreaper = task.signal.is_child_subreaper
    table = task.files.fdt.fd
    opened = table[FD]
    s = cast(opened.private_data, POINTER(socket))
    sk = s.sk
    f.family = sk.__sk_common.skc_family
    common = sk.__sk_common
    f.port = common.skc_num if common.skc_family == 2 else 0
    f.copied = sk.sk_rcvbuf
    f.pair = sk.__sk_common.skc_portpair
    f.reuse = sk.__sk_common.skc_reuse
    f.locks = sk.sk_userlocks
    tp = cast(sk, POINTER(tcp_sock))
    f.nonagle = tp.nonagle
    f.limit = task.signal.rlim[7].rlim_cur
    at = INDEX
    if at < 16:
        f.limits = task.signal.rlim[at].rlim_max
        f.letter = task.comm[at]
    f.node = task.nsproxy.uts_ns.name.nodename
    pid = task.thread_pid
    f.level = pid.level
    f.nr = pid.numbers[pid.level].nr
    facts[0] = f
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""

PR_SET_CHILD_SUBREAPER = 36
INDEX = 3


def prctl(option: int, value: int) -> None:
    import ctypes

    assert ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0


def functions(address: int) -> set[str]:
    """What the kernel calls the code at an address."""
    lines = (line.split() for line in Path("/proc/kallsyms").read_text().splitlines())
    return {words[2] for words in lines if int(words[0], 16) == address}


def read(btf: str) -> Any:
    b = BPF(source=PROGRAM.replace("{btf}", btf))
    with socket.socket() as tcp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 40000)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tcp.bind(("127.0.0.1", 0))
        b.globals.FD, b.globals.INDEX = tcp.fileno(), INDEX
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        try:
            with b:
                b.programs["read"].test_run()
                told = b["facts"][0]
        finally:
            prctl(PR_SET_CHILD_SUBREAPER, 0)
        assert told.port == told.pair >> 16 == tcp.getsockname()[1]
        assert told.copied == tcp.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    return told


@pytest.mark.parametrize("btf", ["", "_btf"], ids=["untrusted", "trusted"])
def test_members_of_every_kind(btf: str) -> None:
    if btf and tuple(map(int, os.uname().release.split(".")[:2])) < (5, 11):
        pytest.skip("get_current_task_btf is from Linux 5.11")
    told = read(btf)
    # Functions: as an address, compared with null.
    names = functions(told.function)
    assert any("llseek" in name for name in names), (hex(told.function), names)
    assert told.has_function & 1
    # Bit-fields of one and four bits.
    assert told.subreaper == 1
    assert told.reuse == 1
    assert told.locks & 2  # SOCK_RCVBUF_LOCK
    assert told.nonagle & 1  # TCP_NAGLE_OFF
    # Unions and structs without a name, pointers to pointers, structs inside.
    assert told.family == socket.AF_INET
    assert told.limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    hard = resource.getrlimit(INDEX)[1]
    assert told.limits == (hard if hard != resource.RLIM_INFINITY else 2**64 - 1)
    # Letters and texts.
    assert chr(told.letter) == Path("/proc/self/comm").read_text()[INDEX]
    assert told.node == os.uname().nodename
    # An array without a length at the end of a struct.
    assert told.nr == threading.get_native_id()
    numbers = Path("/proc/self/status").read_text().partition("NSpid:")[2].split("\n")[0].split()
    assert told.level >= len(numbers) - 1
