"""What a program, a machine or a user gets wrong is told: no crash, nothing cut off in silence."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import flood, hooks, table_types

from pythonbpf import BPF, BpfError, NoSuchHookError, SystemRefusedError, UnknownNameError

pytestmark = pytest.mark.kernel

RELEASE = tuple(int(part) for part in os.uname().release.split(".")[:2])
with_hooks = pytest.mark.skipif(RELEASE < (5, 14), reason="a program of `syscall` needs Linux 5.14")

PACKET = bytes(64)
HERE = Path(__file__).parent


def python(code: str, *arguments: str, caps: str | None = None) -> str:
    """What a second interpreter prints, with only these capabilities."""
    command = [sys.executable, "-c", code, *arguments]
    if caps is not None:
        command = ["setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}", *command]
    ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def b() -> Iterator[BPF]:
    with contextlib.closing(table_types.main()) as bpf:
        bpf.load()
        yield bpf


# --- names, keys and values -------------------------------------------------------------------


def test_near_names_are_told(b: BPF) -> None:
    with pytest.raises(UnknownNameError, match=r"no map named `count`.*did you mean `counts`"):
        b["count"]
    with pytest.raises(UnknownNameError, match=r"`send_bth`.*did you mean `send_both`"):
        b.programs["send_bth"]


VALUE = (1, "name", bytes(6), -1)


@pytest.mark.parametrize(
    ("key", "value", "kind", "words"),
    [
        ((1 << 32, 0, True), VALUE, OverflowError, "4294967296 does not fit 32 unsigned bits"),
        ((1, 1 << 15, True), VALUE, OverflowError, "32768 does not fit 16 signed bits"),
        ((1, -(1 << 15) - 1, True), VALUE, OverflowError, "-32769 does not fit 16 signed bits"),
        ((1, 2), VALUE, (TypeError, ValueError), "3 fields"),
        ({"port": 1, "knd": 2}, VALUE, (TypeError, ValueError), "knd"),
        ("1", VALUE, TypeError, "string"),
        (1.5, VALUE, TypeError, "float"),
        (None, VALUE, TypeError, "None"),
        ((1, 2, True), (-1, "n", bytes(6), 0), OverflowError, "-1 does not fit 64 unsigned bits"),
        ((1, 2, True), (1, "n" * 17, bytes(6), 0), (ValueError, OverflowError), "16"),
        ((1, 2, True), (1, "n", bytes(7), 0), (ValueError, TypeError), "6"),
        ((1, 2, True), (1, "n", bytes(6), 1 << 63), OverflowError, "64 signed bits"),
        ((1, 2, True), (1, 7, bytes(6), 0), TypeError, "string"),
    ],
)
def test_nothing_is_cut_off(
    b: BPF, key: Any, value: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        b["structs"][key] = value
    with pytest.raises(kind, match=words):
        b["structs"].update([((9, 9, False), VALUE), (key, value)])
    assert len(b["structs"]) == 0


# --- the life of an object --------------------------------------------------------------------


def test_a_closed_object_says_so_whatever_is_asked() -> None:
    pytest.importorskip("numpy", reason="NumPy is not installed")
    b = flood.main()
    b.load()
    table, ring, program = b["table"], b["ring"], b.programs["to_ring"]
    waiting = iter(ring)
    b.close()
    asked: list[Any] = [
        lambda: table[1], lambda: table.update({1: 2}), lambda: dict(table), lambda: len(table),
        lambda: 1 in table, lambda: list(table.items()), table.clear, table.to_numpy, table.fileno,
        lambda: table.pin("/sys/fs/bpf/closed"), lambda: table.pop(1),
        lambda: iter(ring), lambda: ring.poll(print), lambda: next(ring.batches()), ring.drain,
        lambda: program.test_run(PACKET), program.attach, program.detach, lambda: program.info,
        b.load, b.attach_all, b.__enter__, lambda: b.events(flood.Sent),
    ]  # fmt: skip
    for ask in asked:
        with pytest.raises(BpfError, match="the object is closed"):
            ask()
    assert list(waiting) == []
    assert not program.attached
    b.close()


@with_hooks
def test_loading_again_changes_nothing_and_attaching_again_is_told() -> None:
    with contextlib.closing(hooks.main()) as b:
        b.load()
        number = b.programs["parents"].info.id
        b["fired"][1] = 1
        b.load()
        assert b.programs["parents"].info.id == number
        assert b["fired"][1] == 1
        b.programs["parents"].attach()
        with pytest.raises(BpfError, match="already attached"):
            b.programs["parents"].attach()
        os.getppid()
        assert b["fired"][os.getpid()] == 1


@with_hooks
def test_a_process_that_has_ended_is_told() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    with contextlib.closing(hooks.main()) as b:
        b.load()
        with pytest.raises(NoSuchHookError, match=f"there is no process {ended.pid}"):
            b.programs["samples"].attach(pid=ended.pid)
        with pytest.raises(NoSuchHookError, match=f"there is no process {ended.pid}"):
            b.programs["probe"].attach(path="/bin/true", offset=0x1000, pid=ended.pid)
        assert not b.programs["samples"].attached


def test_an_interface_that_is_not_there_is_told() -> None:
    with contextlib.closing(flood.main()) as b:
        b.load()
        for interface, words in (("none0", "no network interface `none0`"), (2**31 - 1, "214748")):
            with pytest.raises(SystemRefusedError, match=words):
                b.programs["to_ring"].attach(interface=interface)
        assert not b.programs["to_ring"].attached


# --- objects and events -----------------------------------------------------------------------


def test_how_an_interface_cannot_run_a_program_is_told() -> None:
    with contextlib.closing(flood.main()) as b:
        b.load()
        program = b.programs["to_ring"]
        with pytest.raises(SystemRefusedError, match="the driver of interface `lo` has no XDP"):
            program.attach(interface="lo", mode="native")
        with pytest.raises(SystemRefusedError, match="`lo` does not run programs itself"):
            program.attach(interface="lo", mode="offload")
        assert not program.attached


def test_corrupt_objects_are_errors() -> None:
    """Bytes changed at random: refused here or by the kernel, or harmless; never a crash."""
    whole = flood.main().object_bytes
    for length in (1, 63, 64, 200, len(whole) // 2, len(whole) - 1):
        with pytest.raises(BpfError, match="is not a usable BPF object"):
            BPF.from_object(whole[:length])
    seed = random.Random(7)
    refused = 0
    for _ in range(200):
        changed = bytearray(whole)
        for _ in range(4):
            changed[seed.randrange(len(changed))] = seed.randrange(256)
        try:
            with contextlib.closing(BPF.from_object(bytes(changed))) as b:
                b.load()
        except BpfError:
            refused += 1
    assert refused > 100


SHORT = """
from ctypes import c_int64, c_uint32, c_void_p
from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import RingBuffer

@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)

@bpf
@section("xdp")
def send(ctx: c_void_p) -> c_int64:
    ring.output(c_uint32(7))
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.fixture
def pin() -> Iterator[str]:
    path = f"/sys/fs/bpf/pythonbpf_bad_input_{os.getpid()}"
    yield path
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


@pytest.mark.host("the program is compiled")
def test_an_event_that_is_shorter_than_its_struct_is_bytes(pin: str) -> None:
    """Another object writes to the same ring: its records are handed over as they are."""
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    with contextlib.closing(flood.main()) as b, contextlib.closing(BPF(source=SHORT)) as other:
        b.load()
        b["ring"].pin(pin)
        other.reuse("ring", pin)
        other.load()

        def send() -> None:
            other.programs["send"].test_run(PACKET)
            b.programs["to_ring"].test_run(PACKET)

        short = struct.pack("<I", 7)
        send()
        assert b["ring"].drain() == [short, flood.Sent(0, "")]
        send()
        assert b["ring"].drain(tuples=True) == [short, (1, "")]
        send()
        assert list(b["ring"].iter(timeout=0)) == [short, flood.Sent(2, "")]
        send()
        arrays = list(b["ring"].batches(timeout=0))
        assert sorted(len(array) for array in arrays) == [1, 1]
        (typed,) = [array for array in arrays if array.dtype.names]
        (plain,) = [array for array in arrays if not array.dtype.names]
        assert typed["number"].tolist() == [3]
        assert plain.tobytes() == short
        assert plain.dtype == numpy.dtype("V4")


READER = """
import sys
from programs import flood
b = flood.main()
b.reuse("large_ring", sys.argv[1])
b.load()
for event in b["large_ring"]:
    print(event.number, flush=True)
"""


@pytest.mark.host("a second interpreter compiles the program")
def test_a_reader_that_is_killed_leaves_the_rest_to_another(pin: str) -> None:
    with contextlib.closing(flood.main()) as b:
        b.load()
        b["large_ring"].pin(pin)
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, pin], cwd=HERE, stdout=subprocess.PIPE, text=True
        )
        assert reader.stdout is not None
        send = b.programs["to_large_ring"].test_run
        try:
            # Each of the first is seen before the next is sent: the reader is in its loop.
            for number in range(5):
                send(PACKET)
                assert reader.stdout.readline() == f"{number}\n"
            send(PACKET, repeat=2000)
        finally:
            reader.send_signal(signal.SIGKILL)
            reader.wait()
        send(PACKET, repeat=10)
        left = [event.number for event in b["large_ring"].drain()]
        # What the killed one had taken is gone; all that is left comes, whole and in order.
        assert left == list(range(left[0], 2015))
        assert b["large_ring"].lost == 0
        send(PACKET)
        assert next(iter(b["large_ring"])).number == 2015


# --- machines ---------------------------------------------------------------------------------

WITHOUT = """
import ctypes, sys
from programs import hooks, table_types
from pythonbpf import BPF, trace_fields
NEWNS, REC, PRIVATE = 0x20000, 0x4000, 0x40000
libc = ctypes.CDLL(None, use_errno=True)
assert libc.unshare(NEWNS) == 0
assert libc.mount(b"none", b"/", None, REC | PRIVATE, None) == 0
for folder in (b"/sys/kernel/tracing", b"/sys/kernel/debug", b"/sys/fs/bpf"):
    assert libc.mount(b"none", folder, b"tmpfs", 0, None) == 0, folder

def ask(what, work):
    try:
        work()
        print(what, "works")
    except Exception as error:
        print(what, type(error).__name__, error)
"""

NO_TRACEFS = """
b = hooks.main()
b.load()
if sys.argv[1] == "no-admin":
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    sets[0] &= ~(1 << 21)
    assert libc.capset(header, sets) == 0
    ask("trace", trace_fields)
ask("attach", b.programs["parents"].attach)
b.close()
"""


@pytest.mark.host("a second interpreter compiles the program")
def test_without_tracefs_it_is_mounted_or_asked_for() -> None:
    assert python(WITHOUT + NO_TRACEFS, "admin") == "attach works\n"
    told = python(WITHOUT + NO_TRACEFS, "no-admin").splitlines()
    assert len(told) == 2
    for line, what in zip(told, ("trace", "attach"), strict=True):
        assert line.startswith(
            f"{what} SystemRefusedError tracefs is needed at /sys/kernel/tracing"
        )
        assert "CAP_SYS_ADMIN is missing" in line
        assert "mount -t tracefs tracefs /sys/kernel/tracing" in line


NO_BPFFS = """
b = table_types.main()
b.load()
ask("pin", lambda: b["counts"].pin("/sys/fs/bpf/counts"))
ask("reuse", lambda: table_types.main().reuse("counts", "/sys/fs/bpf/counts"))
ask("by name", BPF(source=sys.argv[1]).load)
"""

BY_NAME = SHORT.replace(
    "RingBuffer(max_entries=4096)", 'RingBuffer(max_entries=4096, pin="by_name")'
)


@pytest.mark.host("a second interpreter compiles the program")
def test_without_a_bpf_file_system_pins_say_what_to_mount() -> None:
    told = python(WITHOUT + NO_BPFFS, BY_NAME).splitlines()
    assert [line.split(" SystemRefusedError ")[0] for line in told] == ["pin", "reuse", "by name"]
    for line in told:
        assert "/sys/fs/bpf is not a BPF file system: `mount -t bpf bpf /sys/fs/bpf`" in line
    assert "map `ring`" in told[2]


@pytest.mark.host("the program is compiled")
def test_a_pin_by_name_that_is_another_map_is_told() -> None:
    path = Path("/sys/fs/bpf/ring")
    if path.exists():
        pytest.skip(f"{path} is somebody's")
    with contextlib.closing(flood.main()) as b:
        b.load()
        b["table"].pin(path)
        try:
            with pytest.raises(
                SystemRefusedError, match=f"map `ring`.*{path}.*another kind of map"
            ):
                BPF(source=BY_NAME).load()
        finally:
            path.unlink()


LIMITED = """
import sys
from pythonbpf import BPF
try:
    b = BPF.from_object(sys.argv[1])
    b.load()
    for name in sys.argv[2:]:
        b.programs[name].attach(**({"interface": "lo"} if "ring" in name else {}))
    print("works")
except PermissionError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.host("the guest's setpriv takes no bounding set")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv, to give up privileges")
@pytest.mark.parametrize(
    ("caps", "program", "attached", "words"),
    [
        ("-all", flood, None, "CAP_BPF and CAP_NET_ADMIN missing"),
        ("-all,+bpf", flood, None, "loading `to_ring` (xdp): not permitted; CAP_NET_ADMIN missing"),
        ("-all,+bpf,+net_admin", flood, None, "works"),
        ("-all,+perfmon", hooks, None, "CAP_BPF missing"),
        ("-all,+bpf", hooks, "parents", "CAP_PERFMON missing"),
        ("-all,+bpf,+perfmon", hooks, "parents", "works"),
    ],
)
def test_a_missing_capability_is_named_and_no_more_is_needed(
    tmp_path: Path, caps: str, program: Any, attached: str | None, words: str
) -> None:
    file = tmp_path / "program.o"
    file.write_bytes(program.main().object_bytes)
    told = python(LIMITED, str(file), *([attached] if attached else []), caps=caps)
    assert words in told
    assert told == "works\n" or told.startswith("PrivilegeError ")


AS_NOBODY = """
import ctypes, os, sys
from pythonbpf import BPF
libc = ctypes.CDLL(None, use_errno=True)
b = BPF.from_object(sys.argv[1])
b.load()
assert libc.prctl(8, 1, 0, 0, 0) == 0  # PR_SET_KEEPCAPS
os.setresuid(65534, 65534, 65534)
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
low, high = int(sys.argv[2]), 1 << 6 | 1 << 7  # CAP_PERFMON and CAP_BPF
assert libc.capset(header, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)) == 0
try:
    b.programs["parents"].attach()
    print("works")
except PermissionError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.host("a second interpreter compiles the program")
def test_that_tracefs_is_roots_alone_is_told(tmp_path: Path) -> None:
    tracing = Path("/sys/kernel/tracing")
    if not (tracing / "events").is_dir() or tracing.stat().st_mode & 0o007:
        pytest.skip("tracefs is not mounted, or open to all")
    file = tmp_path / "program.o"
    file.write_bytes(hooks.main().object_bytes)
    told = python(AS_NOBODY, str(file), "0")
    assert told.startswith("PrivilegeError ")
    assert "reads /sys/kernel/tracing, which is root's alone: not permitted" in told
    assert "CAP_DAC_READ_SEARCH missing" in told
    # What is named is all that is needed.
    assert python(AS_NOBODY, str(file), str(1 << 2)) == "works\n"


DOCTOR = """
import json
from pythonbpf import doctor
found = doctor()
groups = ("sections", "maps", "features")
whys = {f"{group} {f['name']}": f.get("why", "") for group in groups for f in found[group]}
print(json.dumps(whys))
"""


@pytest.mark.host("the guest's setpriv takes no bounding set")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv, to give up privileges")
def test_the_doctor_blames_the_capability_that_is_asked_for() -> None:
    all_of_it = json.loads(python(DOCTOR))
    tracing = json.loads(python(DOCTOR, caps="-all,+bpf,+perfmon"))
    lost = {name for name, why in tracing.items() if why != all_of_it[name]}
    assert {tracing[name] for name in lost} == {"not for this process: CAP_NET_ADMIN missing"}
    network = {"DevMap", "DevMapHash", "SockMap", "SockHash", "XskMap"}
    assert {name for name in lost if name.startswith("maps")} == {f"maps {of}" for of in network}
    assert not {name for name in lost if name.startswith("features")}
    assert {"sections xdp", "sections sockops", "sections cgroup_skb/egress"} < lost
    assert not {"sections socket", "sections sk_lookup", "sections sk_reuseport"} & lost
    bpf = json.loads(python(DOCTOR, caps="-all,+bpf"))
    assert bpf["maps HashMap"] == bpf["features timers"] == bpf["sections socket"] == ""
    assert bpf["features bpf_loop"] == "not for this process: CAP_PERFMON missing"
    none = json.loads(python(DOCTOR, caps="-all"))
    assert none["maps HashMap"] == "not for this process: CAP_BPF missing"
    assert none["maps SockMap"] == "not for this process: CAP_BPF and CAP_NET_ADMIN missing"
