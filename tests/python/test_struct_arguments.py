"""Functions that are passed structs by value: what comes behind is where it is."""

from __future__ import annotations

import ctypes
import os
import re

import pytest

from pythonbpf import BPF

RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif("PYTHONBPF_LAB" not in os.environ, reason="needs a kernel with probes"),
    # `__sys_bpf` is passed the address of its union as a struct of 16 bytes.
    pytest.mark.skipif("RELEASE < (6, 1)", reason="needs Linux 6.1"),
]

SOURCE = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import tid

@bpf
@bpfglobal
def TID() -> c_uint32:
    return 0

@bpf
@bpfglobal
def SIZE() -> c_uint64:
    return 0

@bpf
@bpfglobal
def ADDRESS() -> c_uint64:
    return 0

@bpf
@bpfglobal
def RESULT() -> c_int64:
    return 0

@bpf
@section("{section}")
def prog(ctx: c_void_p, cmd: c_uint32, uattr: c_uint64, size: c_uint32{more}) -> c_int64:
    global SIZE, ADDRESS, RESULT
    if cmd == 11 and tid() == TID:
        SIZE = size
        ADDRESS = uattr
        RESULT = {result}
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""
BPF_PROG_GET_NEXT_ID = 11
SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]


@pytest.mark.parametrize("section", ["fentry/__sys_bpf", "fexit/__sys_bpf", "kprobe/__sys_bpf"])
def test_behind_a_struct_of_two_words(section: str) -> None:
    with_result = section.startswith("fexit")
    # The result comes behind all arguments, which newer kernels have more of.
    source = SOURCE.format(
        section=section,
        more=", ret: c_int64" if with_result else "",
        result="ret" if with_result else "-1",
    )
    b = BPF(source=source)
    b.globals.TID = ctypes.CDLL(None).gettid()
    with b:
        attr = (ctypes.c_uint32 * 16)()
        attr[0] = 2**32 - 1
        failed = ctypes.CDLL(None, use_errno=True).syscall(
            SYS_BPF, BPF_PROG_GET_NEXT_ID, ctypes.byref(attr), 12
        )
        assert failed == -1
        # There is no such number; `ret` is an `int`, which is taken as one.
        assert b.globals.SIZE == 12
        assert ctypes.addressof(attr) == b.globals.ADDRESS
        result = b.globals.RESULT
        assert result == (-22 if with_result else -1)
