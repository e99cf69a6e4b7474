"""Values of the kernel's configuration are those that the machine says."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest

from pythonbpf import BPF

CONFIG = Path("/proc/config.gz")
SOURCE = """
from ctypes import c_bool, c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import kconfig


@bpf
@bpfglobal
def CONFIG_HZ() -> c_uint32:
    return kconfig()


@bpf
@bpfglobal
def CONFIG_BPF_JIT() -> c_bool:
    return kconfig()


@bpf
@bpfglobal
def CONFIG_NO_SUCH_OPTION() -> c_uint32:
    return kconfig(optional=True)


@bpf
@bpfglobal
def LINUX_KERNEL_VERSION() -> c_uint32:
    return kconfig()


@bpf
@section("xdp")
def hz(ctx: c_void_p) -> c_int64:
    return CONFIG_HZ if CONFIG_BPF_JIT and CONFIG_NO_SUCH_OPTION == 0 else 0


@bpf
@section("xdp")
def version(ctx: c_void_p) -> c_int64:
    return LINUX_KERNEL_VERSION >> 8


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.mark.host("the kernels of the lab do not carry their configuration")
@pytest.mark.skipif(not CONFIG.exists(), reason="this kernel does not show its configuration")
def test_options_are_those_of_the_machine() -> None:
    text = gzip.decompress(CONFIG.read_bytes()).decode()
    wanted = re.search(r"^CONFIG_HZ=(\d+)$", text, re.MULTILINE)
    assert wanted is not None
    major, minor = (int(part) for part in os.uname().release.split(".")[:2])
    b = BPF(source=SOURCE)
    b.load()
    hz, version = (b.programs[name].test_run(bytes(64)) for name in ("hz", "version"))
    b.close()
    assert hz.retval == int(wanted.group(1))
    assert version.retval == major << 8 | minor
