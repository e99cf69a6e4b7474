"""`compile`, `compile_to_ir` and what the compiler's words become."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

from pythonbpf import BPF, BpfError, CompileError, compile, compile_to_ir, inspect

GOOD = """
from ctypes import c_int64, c_void_p
from pythonbpf import bpf, bpfglobal, section

@bpf
@section("xdp")
def passing(ctx: c_void_p) -> c_int64:
    return c_int64(2)

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""
WITHOUT_LICENSE = GOOD.partition("@bpf\n@bpfglobal")[0]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.py"
    path.write_text(GOOD)
    return path


def test_compile_writes_an_object(good: Path, tmp_path: Path) -> None:
    assert compile(good) == tmp_path / "good.o"
    assert (tmp_path / "good.o").read_bytes().startswith(b"\x7fELF")
    assert compile(str(good), tmp_path / "other.o") == tmp_path / "other.o"
    assert (tmp_path / "other.o").read_bytes() == (tmp_path / "good.o").read_bytes()


def test_compile_to_ir_writes_text(good: Path, tmp_path: Path) -> None:
    assert compile_to_ir(good, str(tmp_path / "good.ll")) == tmp_path / "good.ll"
    assert "define" in (tmp_path / "good.ll").read_text()


def test_compile_finds_its_caller(run: Run, tmp_path: Path) -> None:
    (tmp_path / "self.py").write_text(GOOD + "\nfrom pythonbpf import compile\nprint(compile())\n")
    result = run("self.py")
    assert result.stdout == "self.o\n", result.stderr
    assert (tmp_path / "self.o").exists()
    result = run("-c", GOOD + "\nfrom pythonbpf import compile\ncompile()\n")
    assert "ValueError: the source is <string>, not a file: say where with output=" in result.stderr


def test_wrong_programs_raise_what_the_command_prints(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(WITHOUT_LICENSE)
    with pytest.raises(CompileError) as error:
        compile(path)
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.name) == ("E0201", "missing-license")
    assert diagnostic.severity == "error"
    assert diagnostic.filename == str(path)
    assert diagnostic.line >= 1
    assert diagnostic.column >= 1
    text = str(error.value)
    assert "LICENSE" in text
    assert not (tmp_path / "bad.o").exists()
    command = [sys.executable, "-m", "pythonbpf", "check", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 1
    assert text.strip() in checked.stdout


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(CompileError) as error:
        BPF(source=GOOD.replace("@bpf\n", "", 1).replace('"GPL"', "3"))
    assert len(error.value.diagnostics) >= 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "E0104"),
        (b"def f(:\n", "E0102"),
        (b"\0" * 100, "E0101"),
        (b"# \xff\n", "E0101"),
        (b"x = " + b"(" * 10_000 + b")" * 10_000 + b"\n", "E0103"),
        (b"# long\n" * 2_000_000, "E0101"),
    ],
    ids=["empty", "syntax", "nul", "not-utf8", "deep", "large"],
)
def test_bad_texts_are_diagnosed(text: bytes, code: str) -> None:
    with pytest.raises(CompileError) as error:
        BPF(source=text)
    assert code in [diagnostic.code for diagnostic in error.value.diagnostics]
    assert isinstance(error.value, BpfError)


def test_named_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        BPF(tmp_path / "missing.py")
    with pytest.raises(IsADirectoryError):
        compile(tmp_path)


def test_an_object_is_no_source(tmp_path: Path) -> None:
    path = tmp_path / "good.py"
    path.write_text(GOOD)
    with pytest.raises(CompileError, match=r"compiled object[^$]*`BPF.from_object` takes"):
        BPF(compile(path))


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(bytes(tmp_path) + b"/bad\xff.py")
    with open(name, "w") as file:
        file.write(GOOD)
    assert BPF(name).object_bytes
    made = compile(name)
    assert os.fsencode(made).endswith(b"/bad\xff.o")
    assert list(BPF.from_object(made).programs) == list(BPF(name).programs)
    assert inspect(made)["programs"]
    with open(name, "a") as file:
        file.write("@bpf\ndef wrong(): x\n")
    with pytest.raises(CompileError, match=re.escape("bad\N{REPLACEMENT CHARACTER}.py")):
        BPF(name)


def test_a_file_of_types_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nofile") as error:
        BPF(source=GOOD, btf=tmp_path / "nofile")
    assert error.value.filename == str(tmp_path / "nofile")
    (tmp_path / "text").write_text("no BTF")
    with pytest.raises(ValueError, match="text: "):
        BPF(source=GOOD, btf=tmp_path / "text")


WARNED = GOOD.replace("(ctx: c_void_p) -> c_int64", "(ctx)")


def test_warnings_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="pythonbpf"):
        b = BPF(source=WARNED)
        assert [diagnostic.severity for diagnostic in b.diagnostics] == ["warning"]
        assert len(caplog.records) == 1
        assert "W0904" in caplog.text
        BPF(source=WARNED, loglevel=logging.ERROR)
        BPF(source=WARNED, loglevel="ERROR")
        assert len(caplog.records) == 1
    # Also where there is nothing to log.
    for source in (WARNED, GOOD):
        with pytest.raises(ValueError, match="NONSENSE"):
            BPF(source=source, loglevel="NONSENSE")


def test_the_command_is_there(run: Run) -> None:
    result = run("-m", "pythonbpf", "--version")
    assert result.returncode == 0
    assert "pythonbpf" in result.stdout
    assert run("-m", "pythonbpf", "nonsense").returncode == 2


def test_rewrites_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "twice.py"
    text = GOOD.replace("c_int64(2)", "cpu() + cpu()")
    path.write_text("from pythonbpf.helper import smp_processor_id as cpu\n" + text)
    calls = [
        compile_to_ir(path, without=without).read_text().count("inttoptr (i64 8 to ptr)()")
        for without in ((), ["once"])
    ]
    assert calls == [1, 2]
    with pytest.raises(ValueError, match='no rewrite is called "twice"'):
        compile(path, without=["twice"])
