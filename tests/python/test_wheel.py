"""The wheel alone, in an empty virtual environment, on a machine without a toolchain."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.host("the wheel is tested where it is built")

# What every Linux with glibc has; anything else would have to be in the wheel.
SYSTEM_LIBRARIES = {
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
}

# Where a toolchain would be found even without PATH; hidden in a mount
# namespace of the test's own.
HIDE_TOOLCHAIN = """
for dir in /usr/include /usr/lib/llvm-* /usr/src /lib/modules; do
    [ ! -d "$dir" ] || mount -t tmpfs none "$dir" || exit 9
done
exec "$@"
"""

# The guide's counter, on a system call that the program itself makes.
PROGRAM = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p
import json
import os
import shutil

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def process_count() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4096)


@bpf
@section("tracepoint/syscalls/sys_enter_getcwd")
def count_calls(ctx: c_void_p) -> c_int64:
    process_id = pid()
    count = process_count.lookup(process_id)
    if count:
        process_count.update(process_id, count + 1)
    else:
        process_count.update(process_id, c_uint64(1))
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


b = BPF()
b.load_and_attach()
before = b["process_count"].get(os.getpid(), 0)
for _ in range(7):
    os.getcwd()
counted = b["process_count"][os.getpid()] - before
tools = [tool for tool in ("llc", "opt", "clang", "clang-22", "bpftool", "gcc", "ld") if shutil.which(tool)]
print(json.dumps({"counted": counted, "tools": tools, "include": os.listdir("/usr/include")}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty virtual environment with the wheel of dist/ and nothing else."""
    wheels = list((ROOT / "dist").glob("*.whl"))
    if not wheels:
        pytest.skip("there is no wheel: `make wheel` builds one")
    (wheel,) = wheels
    directory = tmp_path_factory.mktemp("wheel") / "venv"
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    pip = [directory / "bin/python", "-m", "pip", "install", "--quiet", "--no-index", wheel]
    subprocess.run(pip, check=True)
    return directory


def test_the_wheel_holds_the_package_and_nothing_else() -> None:
    wheels = list((ROOT / "dist").glob("*.whl"))
    if not wheels:
        pytest.skip("there is no wheel: `make wheel` builds one")
    (wheel,) = wheels
    # One for all versions of CPython from 3.10 on, and for every Linux whose glibc is as new.
    assert re.fullmatch(r"pythonbpf-[\d.]+-cp310-abi3-manylinux_2_\d+_\w+\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    sources = {
        str(path.relative_to(ROOT / "python"))
        for package in ("pythonbpf", "vmlinux")
        for path in (ROOT / "python" / package).rglob("*")
        if path.suffix in (".py", ".pyi", ".typed")
    }
    assert sources <= names
    others = {name for name in names - sources if ".dist-info/" not in name}
    assert others == {"pythonbpf/_native.abi3.so"}
    kept = {name.rpartition("/")[2] for name in names if ".dist-info/" in name}
    assert {"METADATA", "RECORD", "WHEEL", "entry_points.txt"} <= kept


def test_wheel_needs_only_system_libraries(installed: Path) -> None:
    (extension,) = installed.glob("lib/python3*/site-packages/pythonbpf/_native*.so")
    dynamic = subprocess.run(
        ["readelf", "-d", extension], capture_output=True, text=True, check=True
    ).stdout
    needed = {line.split("[")[1].rstrip("]") for line in dynamic.splitlines() if "(NEEDED)" in line}
    assert needed <= SYSTEM_LIBRARIES


@pytest.mark.kernel
def test_wheel_compiles_loads_and_attaches_without_a_toolchain(
    installed: Path, tmp_path: Path
) -> None:
    program = tmp_path / "count.py"
    program.write_text(PROGRAM)
    bare = ["env", "-i", f"PATH={installed}/bin", installed / "bin/python"]
    run = subprocess.run(
        ["unshare", "--mount", "sh", "-c", HIDE_TOOLCHAIN, "sh", *bare, program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {"counted": 7, "tools": [], "include": []}
