"""Programs of the guide's kind, compiled here and run in this kernel."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import exec_events, perf_events

from pythonbpf import BPF, BpfError, BpfMap, NoSuchHookError
from pythonbpf.helper import XDP_DROP, XDP_PASS

pytestmark = pytest.mark.kernel

PROGRAMS = Path(__file__).parent / "programs"


def spawn() -> int:
    """Runs a process of ours and gives its number."""
    process = subprocess.Popen(["/bin/true"])
    process.wait(timeout=10)
    return process.pid


def test_typed_events_from_a_ring_buffer() -> None:
    before = time.monotonic_ns()
    with exec_events.main() as b:
        child = spawn()
        found: list[Any] = []
        for event in b["events"].iter(timeout=5):
            found.append(event)
            if event.pid == child:
                break
    event = found[-1]
    assert event.pid == child
    assert isinstance(event, exec_events.ProcessEvent)
    assert before < event.timestamp < time.monotonic_ns()
    # The name is that of the process before it becomes another program.
    assert event.comm == Path("/proc/self/comm").read_text().strip()
    assert repr(event).startswith("ProcessEvent(timestamp=")


def test_counts_in_a_hash_map() -> None:
    with exec_events.main() as b:
        children = {spawn() for _ in range(3)}
        counts = BpfMap(b, exec_events.process_count)
        assert counts is b["process_count"]
        assert {child: counts[child] for child in children} == dict.fromkeys(children, 1)
        counts[12345] = 6
        assert counts[12345] == 6


def test_typed_events_from_a_perf_event_array() -> None:
    with perf_events.main() as b:
        child = spawn()
        event = next(e for e in b["events"].iter(timeout=5) if e.pid == child)
        assert event == perf_events.Exec(pid=child, comm=event.comm)
        assert event.comm
        assert b["events"].lost == 0


def test_another_file_has_generated_struct_classes() -> None:
    with BPF(PROGRAMS / "perf_events.py") as b:
        child = spawn()
        event = next(e for e in b["events"].iter(timeout=5) if e.pid == child)
        assert type(event).__name__ == "Exec"
        assert event == perf_events.Exec(pid=child, comm=event.comm)


def test_source_text_and_test_run() -> None:
    b = BPF(source=(PROGRAMS / "drop_all.py").read_text())
    b.load()
    assert b.programs["passing"].test_run(bytes(64)).retval == XDP_PASS
    assert b.programs["dropping"].test_run(bytes(64), repeat=3).retval == XDP_DROP
    assert dict(b["packets"]) == {XDP_PASS: 1, XDP_DROP: 3}
    b.close()


def test_printed_text() -> None:
    code = (
        "import subprocess\nfrom programs import printing\nfrom pythonbpf import trace_fields\n"
        "with printing.main():\n"
        "    child = subprocess.Popen(['/bin/true'])\n"
        "    while (fields := trace_fields()).msg != f'exec by {child.pid}': pass\n"
        "task, pid, cpu, flags, ts, msg = fields\n"
        "print(pid == child.pid, bool(task), cpu, ts)"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=30, cwd=PROGRAMS.parent, check=False
    )
    same, named, cpu, ts = result.stdout.split() or [result.stderr, "", "", ""]
    assert (same, named) == ("True", "True")
    assert 0 <= int(cpu) < (os.cpu_count() or 1)
    assert abs(float(ts) - time.monotonic()) < 60


# --- XDP on a veth pair in a network namespace of the test's own ----------------------------------


@pytest.fixture
def veth() -> Iterator[tuple[str, str]]:
    """A namespace with one end of a veth pair in it, and the name of that end.

    Both ends are in namespaces of the test's own, so that nothing of the
    machine's network is touched.
    """
    if shutil.which("ip") is None:
        pytest.skip("needs iproute2, to make a network namespace")
    mark = uuid.uuid4().hex[:6]
    near, far = f"pbpf-{mark}-a", f"pbpf-{mark}-b"

    def ip(*args: str) -> None:
        subprocess.run(["ip", *args], check=True, capture_output=True, timeout=20)

    try:
        ip("netns", "add", near)
        ip("netns", "add", far)
        ip("-n", near, "link", "add", "veth0", "type", "veth", "peer", "name", "veth1")
        ip("-n", near, "link", "set", "veth1", "netns", far)
        for name, link, address in (
            (near, "veth0", "10.77.0.1/24"),
            (far, "veth1", "10.77.0.2/24"),
        ):
            ip("-n", name, "addr", "add", address, "dev", link)
            ip("-n", name, "link", "set", link, "up")
        yield near, far
    finally:
        for name in (near, far):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=20)


ATTACH = """
import sys
from programs import drop_all
b = drop_all.main()
b.load()
b.programs[sys.argv[1]].attach(interface="veth1")
print("ready", flush=True)
sys.stdin.readline()
print(dict(b["packets"]), flush=True)
b.programs[sys.argv[1]].detach()
"""

SEND = """
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(10):
    sender.sendto(b"packet", ("10.77.0.2", 7777))
"""

RECEIVE = """
import socket, sys
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("10.77.0.2", 7777))
receiver.settimeout(float(sys.argv[1]))
print("ready", flush=True)
count = 0
try:
    while count < 10:
        receiver.recv(100)
        count += 1
except TimeoutError:
    pass
print(count, flush=True)
"""


@pytest.mark.parametrize(("program", "arrive"), [("passing", 10), ("dropping", 0)])
def test_xdp_on_a_veth_pair(veth: tuple[str, str], program: str, arrive: int) -> None:
    near, far = veth

    def python(namespace: str, code: str, *args: str) -> subprocess.Popen[str]:
        command = ["ip", "netns", "exec", namespace, sys.executable, "-c", code, *args]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, text=True, cwd=PROGRAMS.parent, stdin=pipe, stdout=pipe)

    # Neighbours are set by hand: ARP would be dropped too.
    for name, link, other, peer in (
        (near, "veth0", far, "veth1"),
        (far, "veth1", near, "veth0"),
    ):
        show = ["ip", "netns", "exec", other, "cat", f"/sys/class/net/{peer}/address"]
        mac = subprocess.run(show, capture_output=True, text=True, check=True).stdout.strip()
        address = "10.77.0.2" if name == near else "10.77.0.1"
        neighbour = ["ip", "-n", name, "neigh", "replace", address, "lladdr", mac, "dev", link]
        subprocess.run(neighbour, check=True)
    attached = python(far, ATTACH, program)
    # Long enough for a sender that is slow to start, where packets are to arrive.
    receiver = python(far, RECEIVE, "30" if arrive else "3")
    try:
        assert attached.stdout is not None
        assert receiver.stdout is not None
        assert attached.stdin is not None
        assert attached.stdout.readline() == "ready\n"
        assert receiver.stdout.readline() == "ready\n"
        with python(near, SEND) as sender:
            assert sender.wait(timeout=20) == 0
        assert receiver.stdout.readline() == f"{arrive}\n"
        attached.stdin.write("\n")
        attached.stdin.flush()
        counted = attached.stdout.readline()
        key = XDP_PASS if program == "passing" else XDP_DROP
        # IPv6 neighbour discovery may add packets of the kernel's own.
        count = int(counted.strip("{}\n").partition(": ")[2])
        assert counted.startswith(f"{{{key}: ")
        assert 10 <= count < 40
        assert attached.wait(timeout=20) == 0
    finally:
        for process in (attached, receiver):
            process.kill()
            process.communicate()


# --- a control group of the test's own --------------------------------------------------------

CONNECTIONS = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p
from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap

@bpf
@map
def connections() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)

@bpf
@section("cgroup/connect4")
def on_connect(ctx: c_void_p) -> c_int64:
    connections[pid()] += 1
    return 1

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""

CONNECT = """
import os, socket, sys
with open(sys.argv[1] + "/cgroup.procs", "w") as processes:
    processes.write(str(os.getpid()))
for _ in range(3):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))
print(os.getpid())
"""


def test_programs_of_a_control_group() -> None:
    root = Path("/sys/fs/cgroup")
    if not (root / "cgroup.controllers").exists():
        pytest.skip("needs control groups, version 2")
    group = root / f"pythonbpf-test-{uuid.uuid4().hex[:6]}"

    def connect() -> int:
        command = [sys.executable, "-c", CONNECT, str(group)]
        return int(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)

    b = BPF(source=CONNECTIONS)
    with pytest.raises(BpfError, match="cgroup="):
        b.attach_all()
    with pytest.raises(NoSuchHookError, match="not the folder of a control group"):
        b.attach_all(cgroup="/nothing/here")
    group.mkdir()
    try:
        b.attach_all(cgroup=group)
        child = connect()
        assert dict(b["connections"]) == {child: 3}
        b.programs["on_connect"].detach()
        assert connect() not in b["connections"]
        b.programs["on_connect"].attach(cgroup=str(group))
        assert b["connections"][connect()] == 3
    finally:
        b.close()
        group.rmdir()


# --- Ctrl-C -----------------------------------------------------------------------------------

LOOP = """
from programs import exec_events
with exec_events.main() as b:
    print("ready", flush=True)
    {loop}
"""


@pytest.mark.parametrize(
    "loop",
    [
        "[None for event in b['events']]",
        "while True: b['events'].poll(lambda event: None, timeout=60)",
        "from pythonbpf import trace_fields; [trace_fields() for _ in iter(int, 1)]",
    ],
)
def test_interrupts_end_a_wait(loop: str) -> None:
    command = [sys.executable, "-c", LOOP.format(loop=loop)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROGRAMS.parent
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
        assert time.monotonic() - began < 2
    assert "KeyboardInterrupt" in errors


def test_trace_pipe_ends_quietly() -> None:
    code = (
        "import subprocess\nfrom programs import printing\nfrom pythonbpf import trace_pipe\n"
        "with printing.main():\n    subprocess.Popen(['/bin/true'])\n    trace_pipe()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=PROGRAMS.parent
    ) as process:
        assert process.stdout is not None
        assert "exec by " in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
