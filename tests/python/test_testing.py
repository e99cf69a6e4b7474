"""The pytest plugin, used as users do: pytest in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pythonbpf import UnknownNameError, doctor, hooks, inspect
from pythonbpf.testing import missing

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

PROGRAM = """
from ctypes import c_int64, c_void_p
from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import XDP_PASS, XDP_DROP

@bpf
@bpfglobal
def LIMIT() -> int:
    return 100

@bpf
@section("xdp")
def short(ctx: c_void_p) -> c_int64:
    return XDP_DROP if ctx.data_end - ctx.data < LIMIT else XDP_PASS

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""

TESTS = """
import pytest

@pytest.mark.bpf("program.py")
def test_default(bpf):
    assert bpf.programs["short"].test_run(bytes(64)).retval == 1

@pytest.mark.bpf("program.py", LIMIT=20)
def test_constant(bpf):
    assert bpf.programs["short"].test_run(bytes(64)).retval == 2

def test_text_and_object(bpf_load):
    with open("program.py") as file:
        first = bpf_load(source=file.read())
    second = bpf_load(first.object_bytes)
    assert second.programs["short"].test_run(bytes(64)).retval == 1

@pytest.mark.bpf_needs(kernel="99.0")
def test_future():
    raise AssertionError

@pytest.mark.bpf_needs(section="no such section")
def test_misspelt():
    raise AssertionError
"""


def run_pytest(folder: Path, *args: str, prefix: tuple[str, ...] = ()) -> tuple[int, str]:
    command = [*prefix, sys.executable, "-m", "pytest", "-rsf", "-p", "no:cacheprovider", *args]
    # As pytest finds the plugin by itself where the package is installed.
    if os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        command += ["-p", "pythonbpf.testing"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, check=False, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


@pytest.mark.kernel
@pytest.mark.host("the package is not installed in the guest")
def test_programs_are_loaded_run_and_skipped_with_a_reason(folder: Path) -> None:
    status, text = run_pytest(folder)
    assert status == 1
    assert "3 passed, 1 skipped, 1 error" in text or "3 passed, 1 failed, 1 skipped" in text, text
    assert "needs Linux 99.0; this is" in text
    assert "no section is called `no such section`" in text


@pytest.mark.kernel
@pytest.mark.host("the package is not installed in the guest")
def test_what_is_required_fails_instead(folder: Path) -> None:
    status, text = run_pytest(folder, "--bpf-required", "-k", "future")
    assert status == 1
    assert "--bpf-required is given" in text


@pytest.mark.kernel
@pytest.mark.host("the package is not installed in the guest")
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_without_privileges_tests_are_skipped_and_the_capability_named(folder: Path) -> None:
    drop = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
    status, text = run_pytest(folder, "-k", "default", prefix=drop)
    assert status == 0, text
    assert "1 skipped" in text
    assert "CAP_BPF" in text


@pytest.mark.kernel
@pytest.mark.host("the examples are not in the guest")
def test_the_example_passes() -> None:
    status, text = run_pytest(EXAMPLES, "tests", "--bpf-required")
    assert status == 0, text
    assert "4 passed" in text


def test_needs_are_those_of_the_doctor() -> None:
    assert missing(kernel="5.4") is None
    found = doctor()
    for finding in found["sections"][:20]:
        why = missing(section=finding["name"])
        assert (why is None) == (finding["ability"] == "works")
    with pytest.raises(pytest.UsageError, match="has no `sectoin`"):
        missing(sectoin="xdp")


def test_hooks_and_objects_as_data(tmp_path: Path) -> None:
    assert {hook["name"] for hook in hooks("xdp", ["section"])} >= {"xdp", "xdp.frags"}
    with pytest.raises(ValueError, match="no kind of hook is called `nonsense`"):
        hooks("x", ["nonsense"])
    from pythonbpf import BPF

    b = BPF(source=PROGRAM)
    found = inspect(b.object_bytes)
    assert found["license"] == "GPL"
    assert [program["name"] for program in found["programs"]] == ["short"]
    sources = [
        line["source"]["text"] for line in found["code"][0]["instructions"] if "source" in line
    ]
    assert any("ctx.data_end - ctx.data < LIMIT" in text for text in sources)
    with pytest.raises(UnknownNameError):
        b.programs["none"]
    file = tmp_path / "cut.o"
    file.write_bytes(b.object_bytes[:200])
    from pythonbpf import BpfError

    with pytest.raises(BpfError, match="not a usable BPF object"):
        inspect(file)
