"""The object is a plain libbpf object, no larger and no longer than clang's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
COMMAND = ROOT / "target/release/pythonbpf"
sys.path.insert(0, str(BENCH))

import instructions  # noqa: E402  # the folder of benchmarks is no package

from pythonbpf import BPF  # noqa: E402

pytestmark = pytest.mark.host("clang and the C compiler are not in the guest")
SOURCES = sorted(instructions.PROGRAMS.glob("*.py"))
TWINS = sorted(instructions.TWINS.glob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_no_more_instructions_than_clang(source: Path) -> None:
    ours = instructions.our_object(COMMAND, source, without=instructions.OTHER_WAYS)
    ours = instructions.count(ours)
    clang = instructions.count(instructions.clang_object(source.with_suffix(".c")))
    assert 2 <= ours <= clang


def test_features_take_as_many_instructions_as_in_c() -> None:
    code = [instructions.counted(COMMAND, source) for source in TWINS]
    table = instructions.table({"instructions": code})
    print(table)
    assert len(code) >= 15
    assert not instructions.failures(code), table


def test_the_gate_sees_what_is_longer() -> None:
    good = [instructions.Figures(f"good{i}", 20, 20) for i in range(20)]
    assert instructions.failures(good) == []
    long = [*good, instructions.Figures("long", 24, 20)]
    assert instructions.failures(long) == ["long: 24 instructions, clang 20"]
    all_longer = [instructions.Figures("one", 21, 20)]
    assert instructions.failures(all_longer) == ["the geometric mean is 1.050, more than 1.02"]


@pytest.mark.kernel
def test_the_verifier_looks_at_as_many_instructions_as_in_c() -> None:
    looked_at = [instructions.verified(COMMAND, source) for source in TWINS]
    table = instructions.table({"verified": looked_at})
    print(table)
    assert instructions.mean(looked_at) <= instructions.VERIFIED_MEAN, table


@pytest.mark.kernel
@pytest.mark.parametrize("source", TWINS, ids=lambda source: source.stem)
def test_twins_compute_the_same(source: Path) -> None:
    ours = instructions.our_object(COMMAND, source)
    clang = instructions.clang_object(source.with_suffix(".c"))
    assert _results(ours) == _results(clang)


def _results(elf: bytes) -> list[int]:
    """What a program gives for a packet, and the next time, when it finds what it left."""
    b = BPF.from_object(elf)
    b.load()
    try:
        return [b.programs["prog"].test_run(bytes(64)).retval for _ in range(2)]
    finally:
        b.close()


def test_ring_buffer_example_is_small() -> None:
    object_ = instructions.our_object(COMMAND, instructions.PROGRAMS / "ring.py")
    assert b".BTF.ext" in object_
    assert len(object_) <= 8 * 1024


def test_same_input_same_bytes() -> None:
    source = instructions.PROGRAMS / "hash.py"
    assert instructions.our_object(COMMAND, source) == instructions.our_object(COMMAND, source)


@pytest.mark.kernel
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_twenty_lines_of_libbpf_load_it(source: Path, tmp_path: Path) -> None:
    loader, object_ = tmp_path / "loader", tmp_path / "object.o"
    subprocess.run(["cc", BENCH / "peers/loader.c", "-o", loader, "-lbpf"], check=True)
    object_.write_bytes(instructions.our_object(COMMAND, source))
    done = subprocess.run([loader, object_, "load"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


@pytest.mark.kernel
def test_bpftool_loads_it_and_sees_python_lines(tmp_path: Path) -> None:
    object_ = tmp_path / "ring.o"
    object_.write_bytes(instructions.our_object(COMMAND, instructions.PROGRAMS / "ring.py"))
    pin = Path("/sys/fs/bpf") / f"pythonbpf_test_{tmp_path.name}"
    subprocess.run(["bpftool", "prog", "load", object_, pin], check=True, capture_output=True)
    try:
        show = ["bpftool", "prog", "dump", "xlated", "pinned", pin, "linum"]
        dump = subprocess.run(show, check=True, capture_output=True, text=True).stdout
    finally:
        pin.unlink()
    assert "event.pid = pid()" in dump
    assert "ring.py" in dump
    types = ["bpftool", "btf", "dump", "file", object_]
    btf = subprocess.run(types, check=True, capture_output=True, text=True).stdout
    assert "STRUCT 'ProcessEvent' size=32 vlen=3" in btf
    assert "VAR 'events'" in btf
    assert "FUNC 'track_processes'" in btf
