"""The package as it is shipped: names, stubs and types."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

import pythonbpf
from pythonbpf import _native, errors, maps, structs

PACKAGE = Path(pythonbpf.__file__).parent


def test_every_public_name_is_there() -> None:
    for module in (pythonbpf, maps, structs, errors):
        missing = [name for name in module.__all__ if not hasattr(module, name)]
        assert missing == [], module.__name__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = pythonbpf.nothing  # type: ignore[attr-defined]  # pyright: ignore


def test_the_stub_says_what_the_native_module_has() -> None:
    tree = ast.parse((PACKAGE / "_native.pyi").read_text())
    declared: dict[str, set[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
            declared[node.name] = methods
        elif isinstance(node, ast.FunctionDef):
            declared[node.name] = set()
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            declared[node.target.id] = set()
    assert set(declared) == {n for n in dir(_native) if n == "__version__" or not n.startswith("_")}
    for name, methods in declared.items():
        if isinstance(getattr(_native, name), type):
            public = {n for n in vars(getattr(_native, name)) if not n.startswith("_")}
            assert public == methods, name


def test_all_errors_are_ours_and_pythons() -> None:
    classes = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(cls, pythonbpf.BpfError) for cls in classes)
    assert issubclass(pythonbpf.PrivilegeError, PermissionError)
    assert issubclass(pythonbpf.UnknownNameError, KeyError)
    assert str(pythonbpf.UnknownNameError("plain words")) == "plain words"


USER = """
from ctypes import c_uint32, c_uint64
from pythonbpf import BPF, BpfMap, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import XDP_PASS, ktime, pid
from pythonbpf.maps import HashMap, RingBuffer

@bpf
@struct
class Key:
    pid: c_uint32

@bpf
@map
def counts() -> HashMap:
    return HashMap(key=Key, value=c_uint64, max_entries=64)

@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)

@bpf
@section("xdp")
def count(ctx: object) -> int:
    key = Key(pid=pid())
    if counts.lookup(key):
        counts.update(key, ktime())
    events.output(key)
    return XDP_PASS

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"

def main() -> None:
    with BPF() as b:
        for event in b["events"].iter(timeout=1.5):
            print(event.pid)
        table = BpfMap(b, counts)
        table[Key(pid=1)] = 2
        run = b.programs["count"].test_run(b"x" * 64, repeat=2)
        print(run.retval + 1, b.programs["count"].info.id, len(b.maps))
"""


def test_programs_of_users_pass_a_strict_type_checker(tmp_path: Path) -> None:
    pyright = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which(
        "pyright"
    )
    if pyright is None:
        pytest.skip("needs pyright, to check types as an editor does")
    (tmp_path / "user.py").write_text(USER)
    (tmp_path / "pyrightconfig.json").write_text(
        f'{{"typeCheckingMode": "strict", "extraPaths": ["{PACKAGE.parent}"], '
        '"reportMissingModuleSource": false}'
    )
    result = subprocess.run(
        [pyright, "-p", str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stdout


def test_the_import_takes_little_along(run: Run) -> None:
    """What is imported costs time, and most of it is not needed before a program is loaded."""
    code = "import sys; had = set(sys.modules); import pythonbpf; print(*set(sys.modules) - had)"
    taken = set(run("-c", code).stdout.split())
    own = {name for name in taken if name.partition(".")[0] == "pythonbpf"}
    assert "pythonbpf._native" in own
    assert taken - own <= {"__future__"}
    assert len(own) <= 14
