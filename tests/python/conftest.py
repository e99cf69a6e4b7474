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


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "kernel: loads programs into the kernel; needs root")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() == 0:
        return
    for item in items:
        if item.get_closest_marker("kernel") is not None:
            item.add_marker(pytest.mark.skip(reason="needs root: it loads BPF programs"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs this interpreter in a directory of the test's own."""

    def run(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
        options = {"capture_output": True, "text": True, "cwd": tmp_path, **options}
        return subprocess.run([sys.executable, *args], check=False, timeout=60, **options)

    return run
