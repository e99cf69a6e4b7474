"""Programs that read registers, for both processors: where they read them, and who loads them."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import pytest

import pythonbpf
from pythonbpf import BPF, BpfError

PROGRAM = """
from ctypes import c_char_p, c_int32, c_int64, c_uint64, c_void_p
from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import PT_REGS_PARM2

@bpf
@bpfglobal
def seen() -> c_uint64:
    return 0

@bpf
@section("kprobe/do_unlinkat")
def entered(ctx: c_void_p, dfd: c_int32, name: c_uint64) -> c_int64:
    global seen
    seen = name + PT_REGS_PARM2(ctx)
    return 0

@bpf
@section("kretprobe/do_unlinkat")
def left(ctx: c_void_p, ret: c_int64) -> c_int64:
    global seen
    seen = ret
    return 0

@bpf
@section("ksyscall/unlinkat")
def called(ctx: c_void_p, dfd: c_uint64, path: c_char_p) -> c_int64:
    global seen
    seen = c_uint64(path)
    return 0

@bpf
@section("uprobe")
def probed(ctx: c_void_p, a: c_uint64, b: c_uint64, c: c_uint64, d: c_uint64) -> c_int64:
    global seen
    seen = d
    return 0

@bpf
@section("perf_event")
def sampled(ctx: c_void_p) -> c_int64:
    global seen
    seen = ctx.sample_period
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""

# Bytes into `struct pt_regs`: what each program reads of its context, and adds to an address.
READ = {
    "x86_64": {"entered": 104, "left": 80, "called": 112, "probed": 88, "sampled": 168},
    "aarch64": {"entered": 8, "left": 0, "called": 0, "probed": 24, "sampled": 272},
}
LOAD = 0x79
ADD = 0x07
# The wrapper of a system call is passed its registers: `si` or `x1` in there.
SECOND = {"x86_64": 104, "aarch64": 8}
HERE = "aarch64" if platform.machine() == "aarch64" else "x86_64"
THERE = "x86_64" if HERE == "aarch64" else "aarch64"


def instructions(path: Path, program: str) -> list[tuple[int, int, int]]:
    """Of each instruction its code, the offset and the number in it."""
    import struct

    elf = path.read_bytes()
    heads, count, names = (
        struct.unpack_from("<Q", elf, 40)[0],
        *struct.unpack_from("<HH", elf, 60),
    )
    sections = [struct.unpack_from("<IIQQQQ", elf, heads + 64 * at) for at in range(count)]
    texts = sections[names][4]
    for name, _, flags, _, start, size in sections:
        section = elf[texts + name :].split(b"\0")[0].decode()
        if flags & 4 and section.startswith(program):
            code = elf[start : start + size]
            return [struct.unpack_from("<BxhI", code, at) for at in range(0, size, 8)]
    raise AssertionError(program)


SECTIONS = {
    "entered": "kprobe/",
    "left": "kretprobe/",
    "called": "ksyscall/",
    "probed": "uprobe",
    "sampled": "perf_event",
}


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_arguments_are_in_the_registers_of_the_processor(arch: str, tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(PROGRAM)
    path = pythonbpf.compile(tmp_path / "p.py", arch=arch)
    for program, offset in READ[arch].items():
        code = instructions(path, SECTIONS[program])
        assert offset in [at for kind, at, _ in code if kind == LOAD], (program, code)
        if program == "called" and SECOND[arch]:
            assert SECOND[arch] in [number for kind, _, number in code if kind == ADD], code
    text = pythonbpf.compile_to_ir(tmp_path / "p.py", arch=arch).read_text()
    assert f".pythonbpf.processor.{arch}" in text


@pytest.mark.kernel
def test_the_object_of_another_processor_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(PROGRAM)
    path = pythonbpf.compile(tmp_path / "p.py", arch=THERE)
    with pytest.raises(BpfError, match=f"reads registers of {THERE}, and this machine is {HERE}"):
        BPF.from_object(path).load()
    with pytest.raises(ValueError, match='no processor is called "sparc"'):
        pythonbpf.compile(tmp_path / "p.py", arch="sparc")


def test_the_command_takes_a_processor(run: Any, tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(PROGRAM)
    checked = run("-m", "pythonbpf", "check", "p.py", "--arch", THERE)
    assert checked.returncode == 0, checked.stderr
    for command in ("verify", "run"):
        refused = run("-m", "pythonbpf", command, "p.py", "--arch", THERE)
        assert refused.returncode == 2, refused
        assert f"programs for {THERE} are not loaded on this machine" in refused.stderr
    named = (tmp_path / "n.py").write_text(PROGRAM.replace("ctx.sample_period", "ctx.regs.x7"))
    assert named
    wrong = run("-m", "pythonbpf", "check", "n.py", "--arch", "x86_64")
    assert "x86_64 has no register `x7`" in wrong.stdout
    assert run("-m", "pythonbpf", "check", "n.py", "--arch", "aarch64").returncode == 0
