"""Instruction counts of BPF objects, ours and clang's for the same program."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
CLANG = "clang-22"

_INSTRUCTION = 8  # bytes
_SHF_EXECINSTR = 4


def our_object(command: Path, source: Path) -> bytes:
    """The object that the command makes of a Python file."""
    done = subprocess.run(
        [command, "build", source, "-o", "-"], check=True, stdout=subprocess.PIPE
    )
    return done.stdout


def clang_object(source: Path) -> bytes:
    """The object that clang makes of a C file."""
    flags = ["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-c", "-o", "-"]
    done = subprocess.run([CLANG, *flags, source], check=True, stdout=subprocess.PIPE)
    return done.stdout


def count(elf: bytes) -> int:
    """Instructions in all executable sections of a 64-bit little-endian object."""
    (table,) = struct.unpack_from("<Q", elf, 0x28)
    size, number = struct.unpack_from("<HH", elf, 0x3A)
    code = 0
    for index in range(number):
        flags, _, _, length = struct.unpack_from("<QQQQ", elf, table + index * size + 8)
        if flags & _SHF_EXECINSTR:
            code += length
    return code // _INSTRUCTION
