"""Names that the kernel gives to several things: nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_btf import Types

from pythonbpf import BPF, CompileError

SOURCE = """
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, enum_value, section
from vmlinux import {names}


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    return {value}


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    types = Types()
    long = types.integer("unsigned long", 8)
    types.struct("entry", 24, {"same": (long, 0), "moved": (long, 8), "first": (long, 16)})
    types.struct("entry", 32, {"same": (long, 0), "moved": (long, 16), "second": (long, 24)})
    types.struct("entry", 40, {"moved": (long, 32)})
    types.struct("alone", 8, {"moved": (long, 0)})
    types.enum("states", {"STOPPED": 1, "EQUAL": 7})
    types.enum("", {"STOPPED": 4, "EQUAL": 7, "NAMELESS": 1})
    types.enum("", {"NAMELESS": 2})
    made = tmp_path / "btf"
    made.write_bytes(types.raw())
    return made


def build(kernel: Path, names: str, value: str) -> None:
    BPF(source=SOURCE.format(names=names, value=value), btf=kernel).close()


@pytest.mark.parametrize(
    ("names", "value"),
    [
        ("entry", "entry(c_uint64(4096)).same"),
        ("entry", "entry(c_uint64(4096)).first"),
        ("alone", "alone(c_uint64(4096)).moved"),
        ("EQUAL", "EQUAL"),
        ("states", "enum_value(states.STOPPED)"),
        ("EQUAL", "enum_value(EQUAL)"),
        # Neither is used.
        ("STOPPED, entry", "0"),
    ],
)
def test_what_is_one_thing_all_the_same(kernel: Path, names: str, value: str) -> None:
    build(kernel, names, value)


@pytest.mark.parametrize(
    ("names", "value", "told"),
    [
        (
            "entry",
            "entry(c_uint64(4096)).moved",
            "`moved` of `entry` cannot be found by its name: 3 structs",
        ),
        ("entry", "entry(c_uint64(4096)).moved", "behind 16 bytes, another one behind 32 bytes"),
        ("STOPPED", "STOPPED", "`STOPPED` is 1 in `enum states`, 4 in an enum without a name"),
        ("STOPPED", "STOPPED + 1", "`enum_value(states.STOPPED)`"),
        ("NAMELESS", "NAMELESS", "write the number that is meant"),
        ("STOPPED", "1 if STOPPED else 2", "E0322"),
        ("STOPPED", "enum_value(STOPPED)", "E0322"),
    ],
)
def test_what_is_not(kernel: Path, names: str, value: str, told: str) -> None:
    with pytest.raises(CompileError) as caught:
        build(kernel, names, value)
    assert told in str(caught.value)


def test_a_member_of_another_struct_of_the_name(kernel: Path) -> None:
    with pytest.raises(CompileError, match="another struct `entry` has it"):
        build(kernel, "entry", "entry(c_uint64(4096)).second")
