"""What may happen to a running program: no reader, no descriptors, sudden death, many threads."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import flood, timed_end

from pythonbpf import BPF

pytestmark = pytest.mark.kernel

PACKET = bytes(64)
PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def b() -> Iterator[BPF]:
    bpf = flood.main()
    bpf.load()
    yield bpf
    bpf.close()


def send(b: BPF, program: str, count: int) -> None:
    b.programs[program].test_run(PACKET, repeat=count)


# --- buffers without a reader -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("buffer", "program", "slot"),
    [("ring", "to_ring", 0), ("ring", "by_reserving", 0), ("perf", "to_perf", 2)],
)
def test_what_does_not_fit_is_counted(b: BPF, buffer: str, program: str, slot: int) -> None:
    events = b[buffer]
    events.drain()
    assert events.lost == 0
    send(b, program, 20_000)
    # Before anything was read, and after each further flood.
    assert 0 < events.lost < 20_000
    delivered = [event.number for event in events.drain()]
    assert len(delivered) + events.lost == b["produced"][slot] == 20_000
    assert delivered == list(range(len(delivered)))
    send(b, program, 10)
    assert [event.number for event in events.drain()] == list(range(20_000, 20_010))
    send(b, program, 20_000)
    delivered += events.drain()
    assert len(delivered) + 10 + events.lost == b["produced"][slot] == 40_010


def test_losses_are_known_after_the_end(b: BPF) -> None:
    events = b["ring"]
    send(b, "to_ring", 1000)
    lost = events.lost
    assert lost > 900
    b.close()
    assert events.lost == lost


def test_a_buffer_that_holds_all_loses_nothing(b: BPF) -> None:
    send(b, "to_large_ring", 20_000)
    assert len(b["large_ring"].drain()) == 20_000
    assert b["large_ring"].lost == 0


# --- many threads -----------------------------------------------------------------------------


def test_sixteen_threads_share_one_object(b: BPF) -> None:
    threads, rounds = 16, 150
    seen: list[int] = []
    wrong: list[object] = []
    ends = threading.Event()

    def guarded(work: Any, *args: Any) -> None:
        try:
            work(*args)
        except Exception as error:  # noqa: BLE001, whatever it is
            wrong.append(error)

    def count(own: int) -> None:
        table = b["table"]
        for turn in range(rounds):
            table[own] = turn
            assert table[own] == turn
            assert all(key < threads and value < rounds for key, value in table.items())
            send(b, "to_large_ring", 1)

    def read() -> None:
        while not ends.is_set():
            b["large_ring"].poll(lambda event: seen.append(event.number), timeout=0.01)

    writers = [threading.Thread(target=guarded, args=(count, own)) for own in range(8)]
    readers = [threading.Thread(target=guarded, args=(read,)) for _ in range(8)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join(timeout=60)
    deadline = time.monotonic() + 10
    while len(seen) < 8 * rounds and time.monotonic() < deadline:
        time.sleep(0.01)
    ends.set()
    for thread in readers:
        thread.join(timeout=10)
    assert not any(thread.is_alive() for thread in writers + readers)
    assert not wrong
    # Programs that run at once may give one number twice; no event is lost.
    assert len(seen) == b["produced"][1] == 8 * rounds
    assert b["large_ring"].lost == 0
    assert dict(b["table"]) == dict.fromkeys(range(8), rounds - 1)


def test_waiting_lets_other_threads_run(b: BPF) -> None:
    waiting = threading.Thread(target=lambda: b["ring"].poll(lambda _: None, timeout=2))
    waiting.start()
    turns = 0
    while waiting.is_alive() and turns < 1000:
        turns += 1
        time.sleep(0.0001)
    assert turns == 1000
    send(b, "to_ring", 1)
    waiting.join(timeout=10)
    assert not waiting.is_alive()


# --- descriptors and memory -------------------------------------------------------------------


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def resident_kib() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError


def test_a_hundred_loads_keep_nothing() -> None:
    # The programs have no interface to attach to: `load` and `close` by hand.
    compiled = flood.main().object_bytes

    def turn() -> None:
        b = BPF.from_object(compiled)
        b.load()
        send(b, "to_ring", 5)
        assert len(b["ring"].drain()) == 5
        b.close()

    for _ in range(10):
        turn()
    files, memory = open_files(), resident_kib()
    for _ in range(100):
        turn()
    assert open_files() == files
    # A leak of one program or buffer each time would be megabytes.
    assert resident_kib() - memory < 2048


SCARCE = """
import os, resource
from programs import flood, timed_end
from pythonbpf import BPF, BpfError
compiled = flood.main().object_bytes
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
files = lambda: sorted(os.listdir("/proc/self/fd"))
before = files()
for extra in range(100):
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(before) + extra, hard))
    b = None
    try:
        b = BPF.from_object(compiled)
        b.load()
        b["perf"].drain()
        b["ring"].drain()
    except BpfError as error:
        print(error, flush=True)
        done = False
    else:
        done = True
    del b
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert files() == before, (extra, files())
    if done:
        print("done")
        break
"""


def test_without_descriptors_the_error_says_so() -> None:
    command = [sys.executable, "-c", SCARCE]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=PROGRAMS.parent, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    *failures, last = result.stdout.splitlines()
    assert last == "done"
    assert len(failures) > 5
    for failure in failures:
        assert "too many open files" in failure.lower(), failure


# --- sudden death -----------------------------------------------------------------------------

DOOMED = """
import time
from programs import exec_events, flood, perf_events
running = [exec_events.main(), perf_events.main()]
for b in running:
    b.load_and_attach()
    iter(b["events"])
idle = flood.main()
idle.load()
idle["perf"].drain()
print("ready", flush=True)
time.sleep(60)
"""


def kernel_objects(process: int) -> dict[str, set[int]]:
    """The numbers of the programs, maps and links that a process holds."""
    held: dict[str, set[int]] = {"prog": set(), "map": set(), "link": set()}
    for file in Path(f"/proc/{process}/fdinfo").iterdir():
        # Threads may still close what is let go of.
        try:
            lines = file.read_text().splitlines()
        except FileNotFoundError:
            continue
        for line in lines:
            word, _, number = line.partition(":")
            if word in ("prog_id", "map_id", "link_id"):
                held[word.removesuffix("_id")].add(int(number))
    return held


def left_over(held: dict[str, set[int]]) -> dict[str, set[int]]:
    """Those of them that the kernel still has."""

    def listed(kind: str) -> set[int]:
        command = ["bpftool", kind, "list", "-j"]
        found = subprocess.run(command, capture_output=True, check=True, timeout=30)
        return {entry["id"] for entry in json.loads(found.stdout)}

    left = {kind: numbers & listed(kind) for kind, numbers in held.items()}
    return {kind: numbers for kind, numbers in left.items() if numbers}


@pytest.mark.skipif(shutil.which("bpftool") is None, reason="needs bpftool, to ask the kernel")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_sudden_death_leaves_nothing(sign: signal.Signals) -> None:
    command = [sys.executable, "-c", DOOMED]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=PROGRAMS.parent
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        held = kernel_objects(process.pid)
        assert len(held["prog"]) >= 5
        assert len(held["map"]) >= 10
        assert left_over(held) == {kind: numbers for kind, numbers in held.items() if numbers}
        process.send_signal(sign)
    deadline = time.monotonic() + 10
    while left_over(held) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left_over(held) == {}


ENDS = """
import atexit, sys, time
from programs import timed_end
if sys.argv[1] == "at the end":
    # Before the object is made: it is still there for who asks late.
    atexit.register(lambda: print(sum(b["calls"].values()) > 0, flush=True))
b = timed_end.main()
b.load_and_attach()
print("ready", flush=True)
sys.stdin.readline()
if sys.argv[1] == "closed":
    b.close()
    print(True, flush=True)
"""


def seconds_to_end(how: str) -> float:
    """From the word that ends a process with a program on a perf event to its end."""
    command = [sys.executable, "-c", ENDS, how]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROGRAMS.parent
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        if how == "killed":
            process.kill()
        else:
            process.stdin.write("\n")
            process.stdin.flush()
        process.wait()
        took = time.monotonic() - began
        assert process.stdout.read() == ("" if how == "killed" else "True\n")
    return took


@pytest.mark.host("an emulated machine has other times")
@pytest.mark.parametrize("how", ["closed", "at the end"])
def test_an_end_does_not_wait_for_the_kernel(how: str) -> None:
    """As long as for a process that leaves all to the kernel, it would have to."""
    pairs = [(seconds_to_end(how), seconds_to_end("killed")) for _ in range(5)]
    assert min(ours / naive for ours, naive in pairs) < 0.7


@pytest.mark.skipif(shutil.which("bpftool") is None, reason="needs bpftool, to ask the kernel")
def test_nothing_runs_once_it_is_closed() -> None:
    """Whoever lets go of the perf event later, the program is off it."""
    others = kernel_objects(os.getpid())
    b = timed_end.main()
    b.load_and_attach()
    own = kernel_objects(os.getpid())
    held = {kind: numbers - others[kind] for kind, numbers in own.items()}
    descriptor = b["calls"].fileno()

    def calls() -> object:
        """Calls of this process; bpftool's own are another's."""
        command = ["bpftool", "map", "dump", "id", str(number), "-j"]
        found = subprocess.run(command, capture_output=True, check=True, timeout=30)
        entries = [entry["formatted"] for entry in json.loads(found.stdout)]
        return {entry["key"]: entry["value"] for entry in entries}.get(os.getpid())

    information = Path(f"/proc/self/fdinfo/{descriptor}").read_text().split()
    number = int(information[information.index("map_id:") + 1])
    with open(os.devnull, "wb", buffering=0) as nothing:
        nothing.write(b"x")
        before = calls()
        assert before
        b.close()
        closed = calls()
        for _ in range(1000):
            nothing.write(b"x")
    assert calls() == closed
    os.close(descriptor)
    deadline = time.monotonic() + 10
    while left_over(held) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left_over(held) == {}


MANY = """
import sys
from pythonbpf import BPF
head = '''
from ctypes import c_int64, c_void_p
from pythonbpf import bpf, bpfglobal, section
@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
'''
one = '''
@bpf
@section("{section}")
def on_{number}(ctx: c_void_p) -> c_int64:
    return 0
'''
section, count = sys.argv[1], int(sys.argv[2])
programs = [one.format(section=section, number=number) for number in range(count)]
b = BPF(source=head + "".join(programs))
b.load_and_attach()
print("ready", flush=True)
sys.stdin.readline()
"""


PROBE = "kprobe/vfs_unlink"
KPROBES = Path("/sys/bus/event_source/devices/kprobe").exists()


def releasing() -> set[int]:
    """The processes that hold what another let go of."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                if (folder / "comm").read_text() == "bpf-release\n":
                    found.add(int(folder.name))
    return found


@pytest.mark.skipif(shutil.which("bpftool") is None, reason="needs bpftool, to ask the kernel")
@pytest.mark.parametrize("section", ["tracepoint/syscalls/sys_enter_sethostname", PROBE])
@pytest.mark.parametrize("count", [1, 3, 10, 30])
def test_programs_of_one_hook_all_go(section: str, count: int) -> None:
    """A tracepoint's events list all of them, whose descriptors are thus known to each."""
    if section == PROBE and not KPROBES:
        pytest.skip("needs a kernel with kprobes")
    command = [sys.executable, "-c", MANY, section, str(count)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROGRAMS.parent
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        held = kernel_objects(process.pid)
        assert len(held["prog"]) == count
        process.stdin.close()
        assert process.wait(30) == 0
    deadline = time.monotonic() + 30
    while (left_over(held) or releasing()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left_over(held) == {}
    assert releasing() == set()
