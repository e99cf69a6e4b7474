"""Timers go off by themselves, again and again, until they are cancelled."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from pythonbpf import BPF

RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif("RELEASE < (5, 15)", reason="needs Linux 5.15"),
]
PROGRAM = Path(__file__).parents[1] / "lang/timers.py"
PATIENCE = 10


def fired(b: BPF) -> int:
    return b["alarms"][0].fired


def test_a_timer_goes_off_until_it_is_cancelled() -> None:
    b = BPF(PROGRAM)
    b.load()
    assert b.programs["prog"].test_run(bytes(64)).retval == 0
    end = time.monotonic() + PATIENCE
    while fired(b) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert fired(b) >= 3
    # What was on its way when it was cancelled may start it once more.
    while b.programs["stop"].test_run(bytes(64)).retval and time.monotonic() < end:
        time.sleep(0.01)
    count = fired(b)
    time.sleep(0.05)
    assert fired(b) == count
    b.close()
