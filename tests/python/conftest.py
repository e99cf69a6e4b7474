"""What the tests share: how to run a program of its own, and who may touch the kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


# In a virtual machine of the lab's: the folder of objects that clang made beforehand.
LAB_OBJECTS = os.environ.get("PYTHONBPF_LAB")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "kernel: loads programs into the kernel; needs root")
    config.addinivalue_line("markers", "host(reason): cannot run in the lab's virtual machines")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if os.geteuid() != 0 and item.get_closest_marker("kernel") is not None:
            item.add_marker(pytest.mark.skip(reason="needs root: it loads BPF programs"))
        host = item.get_closest_marker("host")
        if LAB_OBJECTS is not None and host is not None:
            item.add_marker(pytest.mark.skip(reason=str(host.args[0])))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs this interpreter in a directory of the test's own."""

    def run(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
        options = {"capture_output": True, "text": True, "cwd": tmp_path, **options}
        return subprocess.run([sys.executable, *args], check=False, timeout=60, **options)

    return run
