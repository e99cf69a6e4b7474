"""A whole object under a folder of the BPF file system, and taken up again by another process."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import map_types

from pythonbpf import BPF, BpfError, SystemRefusedError

pytestmark = pytest.mark.kernel
RELEASE = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])

SOURCE = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Seen:
    pid: c_uint32
    count: c_uint64


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=Seen, max_entries=1024)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@bpfglobal
def TOTAL() -> c_uint64:
    return 0


@bpf
@bpfglobal
def WATCHED() -> c_uint32:
    return 0


@bpf
@section("raw_tp/sys_enter")
def watch(ctx: c_void_p) -> c_int64:
    global TOTAL
    if pid() != WATCHED:
        return 0
    TOTAL += 1
    v = seen.lookup(pid())
    if v:
        v.count += 1
    else:
        seen[pid()] = Seen(pid=pid(), count=1)
    events.output(Seen(pid=pid(), count=TOTAL))
    return 0


@bpf
@section("xdp")
def dropper(ctx: c_void_p) -> c_int64:
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(f"/sys/fs/bpf/pythonbpf-test-{os.getpid()}-{time.monotonic_ns()}")
    yield path
    for file in sorted(path.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    if path.exists():
        path.rmdir()


def watching(who: int) -> BPF:
    b = BPF(source=SOURCE)
    b.globals.WATCHED = who
    b.load()
    b.programs["watch"].attach()
    return b


def calls(count: int) -> None:
    for _ in range(count):
        os.getppid()


def stands_still(b: BPF) -> bool:
    """Whether the program runs no more; the kernel takes a while to drop a removed pin."""
    for _ in range(50):
        start = b.globals.TOTAL
        calls(20)
        if start == b.globals.TOTAL:
            return True
        time.sleep(0.1)
    return False


def test_all_outlives_the_object(folder: Path) -> None:
    b = watching(os.getpid())
    b.pin(folder)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"maps/seen", "maps/events", "programs/watch", "programs/dropper", "links/watch"} < names
    b.close()
    again = BPF.from_pinned(folder)
    assert set(again.maps) == {"seen", "events"}
    assert set(again.programs) == {"watch", "dropper"}
    before = again.globals.TOTAL
    calls(100)
    assert before + 100 <= again.globals.TOTAL
    assert again["seen"][os.getpid()].count >= 100
    assert again["seen"][os.getpid()].pid == os.getpid()
    assert [type(event).__name__ for event in again["events"].drain()][:1] == ["Seen"]
    assert again["events"].lost is not None
    assert again.programs["watch"].attached
    assert not again.programs["dropper"].attached
    assert again.programs["dropper"].test_run(bytes(64)).retval == 1
    assert again.programs["watch"].info.instructions > 10
    again.close()
    third = BPF.from_pinned(folder)
    third.globals.TOTAL = 0
    assert 0 <= third.globals.TOTAL < 1000
    third.programs["watch"].detach()
    assert stands_still(third)
    assert not (folder / "links/watch").exists()
    third.unpin()
    third.close()
    assert not folder.exists()


def test_another_process_takes_it_up(folder: Path) -> None:
    script = (
        "import os, sys; from pythonbpf import BPF\n"
        f"b = BPF(source={SOURCE!r}); b.globals.WATCHED = int(sys.argv[1]); b.load()\n"
        "b.programs['watch'].attach(); b.pin(sys.argv[2])\n"
    )
    subprocess.run([sys.executable, "-c", script, str(os.getpid()), str(folder)], check=True)
    b = BPF.from_pinned(folder)
    start = b.globals.TOTAL
    calls(50)
    assert start + 50 <= b.globals.TOTAL
    # Constants and variables of the program, and that nobody may write the former.
    assert os.getpid() == b.globals.WATCHED
    with pytest.raises(BpfError, match="is a constant"):
        b.globals.WATCHED = 1
    b.unpin()
    b.close()
    assert not folder.exists()


def test_detach_takes_the_pin_along(folder: Path) -> None:
    with contextlib.closing(watching(os.getpid())) as b:
        b.pin(folder)
        b.programs["watch"].detach()
        assert not (folder / "links/watch").exists()
        assert stands_still(b)
        b.unpin()


def test_unpin_leaves_the_rest_running(folder: Path) -> None:
    b = watching(os.getpid())
    b.pin(folder)
    b.unpin()
    assert not folder.exists()
    start = b.globals.TOTAL
    calls(20)
    assert start + 20 <= b.globals.TOTAL
    # Nothing holds it any more.
    b.close()


def test_one_map_and_one_program(folder: Path) -> None:
    folder.mkdir()
    with contextlib.closing(watching(os.getpid())) as b:
        b["seen"].pin(folder / "counts")
        b.programs["dropper"].pin(folder / "filter")
        calls(5)
    one = BPF.from_pinned(folder / "counts")
    assert list(one.maps) == ["counts"]
    # The kernel keeps the types with the map itself.
    assert one["counts"][os.getpid()].pid == os.getpid()
    assert one["counts"][os.getpid()].count >= 5
    both = BPF.from_pinned(folder)
    assert both["counts"][os.getpid()].count >= 5
    assert both.programs["filter"].test_run(bytes(64)).retval == 1
    with pytest.raises(BpfError, match="taken from a pin"):
        both.programs["filter"].attach(interface="lo")


def test_maps_alone_have_their_types(folder: Path) -> None:
    folder.mkdir()
    with contextlib.closing(watching(os.getpid())) as b:
        calls(5)
        b["events"].pin(folder / "events")
        alone = BPF.from_pinned(folder / "events")
        # Of a buffer the kernel keeps no types.
        assert type(alone["events"].drain()[0]) is bytes
        b["seen"].pin(folder / "counts")
        calls(5)
    both = BPF.from_pinned(folder)
    assert [type(event).__name__ for event in both["events"].drain()][:1] == ["Seen"]
    both["counts"].clear()
    both["counts"][7] = (7, 70)
    assert both["counts"][7].count == 70


def test_a_map_of_maps_alone_has_its_types(folder: Path) -> None:
    folder.mkdir()
    with contextlib.closing(map_types.main()) as b:
        b.load()
        b["tables"][0][7] = 5
        b["tables"].pin(folder / "rows")
    rows = BPF.from_pinned(folder / "rows")["rows"]
    assert dict(rows[0]) == {7: 5}
    assert 2 not in rows
    with pytest.raises(BpfError, match="store one that exists"):
        rows[2] = {1: 2}
    rows[2] = rows[0]
    assert dict(rows[2]) == {7: 5}


def test_a_pin_that_fails_leaves_earlier_ones(folder: Path, tmp_path: Path) -> None:
    b = watching(os.getpid())
    b.pin(folder)
    with pytest.raises(SystemRefusedError, match="there is something already"):
        b.pin(folder)
    with pytest.raises(SystemRefusedError, match="not in a BPF file system"):
        b.pin(tmp_path / "new")
    beside = folder.with_name(folder.name + "-taken")
    beside.mkdir()
    try:
        with pytest.raises(SystemRefusedError, match="there is something already"):
            b.pin(beside)
        assert beside.exists()
    finally:
        beside.rmdir()
    assert (folder / "links/watch").exists()
    b.close()
    again = BPF.from_pinned(folder)
    assert again.programs["watch"].attached
    start = again.globals.TOTAL
    calls(20)
    assert start + 20 <= again.globals.TOTAL
    again.unpin()
    again.close()


def test_unpin_removes_the_pins_of_every_folder(folder: Path) -> None:
    second = folder.with_name(folder.name + "-second")
    with contextlib.closing(watching(os.getpid())) as b:
        b.pin(folder)
        b.pin(second)
        assert (folder / "links/watch").exists()
        assert (second / "links/watch").exists()
        b.unpin()
        assert not folder.exists()
        assert not second.exists()
        b.pin(folder)
        b.pin(second)
        b.programs["watch"].detach()
        assert not (folder / "links/watch").exists()
        assert not (second / "links/watch").exists()
        assert stands_still(b)
        b.unpin()


def test_what_cannot_be(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemRefusedError, match=r"there is no folder|nothing is pinned there"):
        BPF.from_pinned(folder)
    with pytest.raises(SystemRefusedError, match="no path has a NUL in it"):
        BPF.from_pinned("/sys/fs/bpf/a\0b")
    folder.mkdir()
    with pytest.raises(SystemRefusedError, match="nothing is pinned there"):
        BPF.from_pinned(folder)
    with pytest.raises(SystemRefusedError, match="not in a BPF file system"):
        BPF.from_pinned(tmp_path)
    with contextlib.closing(watching(os.getpid())) as b:
        with pytest.raises(SystemRefusedError, match="there is something already"):
            b.pin(folder)
        with pytest.raises(SystemRefusedError, match="not in a BPF file system"):
            b.pin(tmp_path / "new")
        assert not (tmp_path / "new").exists()
        with pytest.raises(SystemRefusedError, match="there is no folder"):
            b.pin(folder / "a/b")
    with pytest.raises(BpfError, match="closed"):
        b.pin(folder / "closed")
    with pytest.raises(BpfError, match="not loaded"):
        BPF(source=SOURCE).pin(folder / "early")


def test_a_hook_without_a_link(folder: Path) -> None:
    import socket

    source = SOURCE.replace('@section("xdp")', '@section("socket")')
    b: Any = BPF(source=source)
    b.load()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        b.programs["dropper"].attach(socket=held)
        with pytest.raises(SystemRefusedError, match="no link of the kernel"):
            b.pin(folder)
        # Nothing is left of the attempt.
        assert not folder.exists()
        b.close()


def test_a_hook_of_perf_events(folder: Path) -> None:
    b = BPF(source=SOURCE.replace("raw_tp/sys_enter", "tracepoint/raw_syscalls/sys_enter"))
    b.globals.WATCHED = os.getpid()
    b.load()
    b.programs["watch"].attach()
    if RELEASE < (5, 15):
        with pytest.raises(SystemRefusedError, match=r"from Linux 5\.15 on"):
            b.pin(folder)
        assert not folder.exists()
        # It goes on as before.
        start = b.globals.TOTAL
        calls(20)
        assert start + 20 <= b.globals.TOTAL
        b.close()
        return
    b.pin(folder)
    b.close()
    again = BPF.from_pinned(folder)
    start = again.globals.TOTAL
    calls(20)
    assert start + 20 <= again.globals.TOTAL
    again.unpin()
    again.close()


@pytest.mark.skipif("RELEASE < (5, 15)", reason="perf events have links from Linux 5.15 on")
def test_samples_go_on(folder: Path) -> None:
    # Letting go of such a link as usual would switch its event off, pinned or not.
    b = BPF(source=SOURCE.replace("raw_tp/sys_enter", "perf_event"))
    b.globals.WATCHED = os.getpid()
    b.load()
    b.programs["watch"].attach(frequency=999)
    b.pin(folder)
    b.close()
    again = BPF.from_pinned(folder)
    assert again.programs["watch"].attached
    start, end = again.globals.TOTAL, time.monotonic() + 10
    while start + 10 > again.globals.TOTAL and time.monotonic() < end:
        calls(1000)
    assert start + 10 <= again.globals.TOTAL
    again.unpin()
    again.close()
