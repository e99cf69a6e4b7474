"""Objects of another compiler, loaded into this kernel: maps, events, test runs, life and death."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, MutableMapping
from ctypes import c_int16, c_uint16
from pathlib import Path
from typing import Any

import pytest
from conftest import LAB_OBJECTS

from pythonbpf import (
    BPF,
    BpfError,
    BpfMap,
    NoSuchHookError,
    UnknownNameError,
    map,
    struct,
)
from pythonbpf.maps import HashMap

pytestmark = pytest.mark.kernel

SOURCE = Path(__file__).parent / "programs" / "foreign.c"
PACKET = bytes(64)


def clang(directory: Path, *options: str, source: Path = SOURCE) -> Path:
    if LAB_OBJECTS is not None:
        return Path(LAB_OBJECTS) / ("foreign-NO_XDP.o" if options else "foreign.o")
    command = shutil.which("clang-22") or shutil.which("clang")
    if command is None:
        pytest.skip("needs clang, to have an object that is not ours")
    output = directory / "foreign.o"
    build = [command, "-O2", "-g", "-target", "bpf", *options, "-c", source, "-o", output]
    subprocess.run(build, check=True, timeout=60)
    return output


@pytest.fixture(scope="module")
def object_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clang(tmp_path_factory.mktemp("objects"))


@pytest.fixture
def b(object_file: Path) -> Iterator[BPF]:
    bpf = BPF.from_object(object_file)
    bpf.load()
    yield bpf
    bpf.close()


# --- maps -----------------------------------------------------------------------------------


def test_a_hash_map_is_a_mutable_mapping(b: BPF) -> None:
    numbers = b["numbers"]
    assert isinstance(numbers, MutableMapping)
    assert numbers is b.maps["numbers"]
    assert len(numbers) == 0
    numbers[1] = 10
    numbers.update({2: 20, 3: 1 << 63})
    assert numbers[1] == 10
    assert dict(numbers) == dict(numbers.items()) == {1: 10, 2: 20, 3: 1 << 63}
    assert sorted(numbers) == [1, 2, 3]
    assert sorted(numbers.values()) == [10, 20, 1 << 63]
    assert 2 in numbers
    assert 9 not in numbers
    assert numbers.get(9) is None
    assert numbers.get(9, 0) == 0
    assert numbers.pop(2) == 20
    assert numbers.setdefault(4, 40) == 40
    del numbers[1]
    with pytest.raises(KeyError):
        del numbers[1]
    with pytest.raises(KeyError):
        numbers[1]
    numbers.clear()
    assert list(numbers.items()) == []


def test_values_that_do_not_fit_are_refused(b: BPF) -> None:
    numbers = b["numbers"]
    with pytest.raises(OverflowError, match=r"key: -1 does not fit 32 unsigned bits"):
        numbers[-1] = 0
    with pytest.raises(OverflowError, match=r"value: 18446744073709551616 does not fit"):
        numbers[1] = 1 << 64
    with pytest.raises(OverflowError):
        numbers[1] = 1 << 300
    with pytest.raises(TypeError, match="expected an integer, found a string"):
        numbers["one"] = 1
    with pytest.raises(TypeError, match="a set is no BPF value"):
        numbers[1] = {1}
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(TypeError, match="nested too deep"):
        numbers[1] = endless
    for key in range(4):
        numbers[key] = key
    with pytest.raises(OSError, match="`numbers` is full") as error:
        numbers[4] = 4
    assert error.value.errno == 7
    assert len(numbers) == 4


@struct
class key:
    pid: c_uint16
    comm: str(16)


@struct
class inner:
    a: c_uint16
    b: c_int16


def test_structs_as_keys_and_values(b: BPF) -> None:
    records = b["records"]
    value = {
        "count": 3,
        "low": -4,
        "on": True,
        "mac": b"\1\2\3\4\5\6",
        "words": [7, 8],
        "inner": inner(a=9, b=-10),
    }
    records[key(pid=1, comm="sh")] = value
    records[2, "bash"] = (1, 2, False, list(range(6)), (3, 4), (5, 6))
    read = records[1, "sh"]
    assert repr(read) == (
        "value(count=3, low=-4, on=True, mac=b'\\x01\\x02\\x03\\x04\\x05\\x06', "
        "words=[7, 8], inner=inner(a=9, b=-10))"
    )
    assert read.inner == inner(9, -10)
    read.count += 1
    records[key(1, "sh")] = read
    assert records[{"pid": 1, "comm": "sh"}].count == 4
    assert {k.comm: v.words for k, v in records.items()} == {"sh": [7, 8], "bash": [3, 4]}
    assert key(2, "bash") in records
    with pytest.raises(TypeError, match="field `inner` is missing"):
        records[1, "sh"] = {name: v for name, v in value.items() if name != "inner"}
    with pytest.raises(OverflowError, match=r"inner\.b: 40000 does not fit 16 signed bits"):
        records[1, "sh"] = {**value, "inner": (1, 40000)}
    with pytest.raises(ValueError, match=r"comm: 17 bytes do not fit; at most 16"):
        records[1, "x" * 17]


def test_an_array_has_all_its_entries(b: BPF) -> None:
    array = b["array"]
    assert dict(array) == {0: 0, 1: 0, 2: 0}
    array[1] = 5
    assert array[1] == 5
    assert 3 not in array


def test_maps_by_definition_and_by_name(b: BPF) -> None:
    @map
    def numbers() -> HashMap:
        return HashMap(key=int, value=int, max_entries=4)

    assert BpfMap(b, numbers) is b["numbers"]
    assert BpfMap(b, "array") is b["array"]
    assert repr(b["numbers"]) == "<Table 'numbers' (hash, 4 entries)>"
    with pytest.raises(TypeError, match="neither a function under @map"):
        BpfMap(b, 3)


def test_unknown_names_are_suggested(b: BPF) -> None:
    with pytest.raises(UnknownNameError, match=r"no map named `numbrs`.*did you mean `numbers`"):
        b["numbrs"]
    with pytest.raises(KeyError):
        b.programs["nothing"]
    assert b.maps.get("nothing") is None
    assert set(b.maps) == {"numbers", "records", "array", "events"}
    assert "events" in b.maps


# --- programs -------------------------------------------------------------------------------


def test_test_runs(b: BPF) -> None:
    program = b.programs["drop_short"]
    short, data, _ = program.test_run(PACKET)
    assert (short, data) == (1, PACKET)
    run = program.test_run(data=bytes(200), repeat=1000)
    assert run.retval == 2
    assert run.duration < 100_000
    # Raw tracepoints are run on no packet.
    with pytest.raises(OSError, match="test run of `unused`"):
        b.programs["unused"].test_run(PACKET)


def test_program_figures(b: BPF) -> None:
    program = b.programs["drop_short"]
    assert program.section == "xdp"
    assert not program.attached
    assert program.info.instructions > 3
    assert program.info.id in program_ids()
    assert repr(program) == "<Program 'drop_short' (xdp, not attached)>"


def test_attaching_and_detaching(b: BPF) -> None:
    program = b.programs["unused"]
    program.attach()
    assert program.attached
    with pytest.raises(BpfError, match="already attached"):
        program.attach()
    program.detach()
    program.detach()
    assert not program.attached
    with pytest.raises(BpfError, match="interface"):
        b.programs["drop_short"].attach()
    with pytest.raises(OSError, match="no network interface `none0`"):
        b.programs["drop_short"].attach(interface="none0")


# --- events ---------------------------------------------------------------------------------

EVENT = (7).to_bytes(4, "little") + (14).to_bytes(4, "little")


def send(b: BPF, count: int = 1) -> None:
    for _ in range(count):
        b.programs["send_event"].test_run(PACKET)


def test_events_of_unknown_type_are_bytes(b: BPF) -> None:
    events = b["events"]
    assert events.drain() == []
    send(b, 3)
    assert events.drain() == [EVENT] * 3
    assert events.drain() == []


def test_poll_calls_back(b: BPF) -> None:
    events = b["events"]
    seen: list[bytes] = []
    events.drain()
    send(b, 2)
    assert events.poll(seen.append, timeout=1) == 2
    assert seen == [EVENT, EVENT]
    began = time.monotonic()
    assert events.poll(seen.append, timeout=0.15) == 0
    assert 0.1 < time.monotonic() - began < 1


def test_a_failing_callback_loses_no_events(b: BPF) -> None:
    events = b["events"]
    events.drain()
    send(b, 3)
    with pytest.raises(ZeroDivisionError):
        events.poll(lambda event: 1 / 0)
    assert len(events.drain()) == 2


def test_iteration_ends_after_its_timeout(b: BPF) -> None:
    events = b["events"]
    iterator = events.iter(timeout=0.2)
    send(b, 2)
    assert list(iterator) == [EVENT, EVENT]


def test_an_iterating_thread_lets_others_run_and_stops(b: BPF) -> None:
    events = b["events"]
    seen: list[bytes] = []
    thread = threading.Thread(target=lambda: seen.extend(events))
    thread.start()
    began = time.monotonic()
    while len(seen) == 0 and time.monotonic() - began < 5:
        send(b)
        time.sleep(0.01)
    assert time.monotonic() - began < 1
    events.stop()
    thread.join(timeout=2)
    assert not thread.is_alive()
    assert seen[0] == EVENT


def test_closing_ends_iterations(b: BPF) -> None:
    events = b["events"]
    events.drain()
    thread = threading.Thread(target=lambda: list(events))
    thread.start()
    time.sleep(0.05)
    b.close()
    thread.join(timeout=2)
    assert not thread.is_alive()


def test_a_full_ring_buffer_keeps_what_fits(b: BPF) -> None:
    events = b["events"]
    events.drain()
    send(b, 300)
    # 4096 bytes, 16 for each: the header and the event.
    assert events.drain() == [EVENT] * 255
    assert events.lost is None  # only the program learns of it


# --- life and death -------------------------------------------------------------------------


def program_ids() -> set[int]:
    import json

    listed = subprocess.run(
        ["bpftool", "prog", "list", "-j"], capture_output=True, check=True, timeout=30
    )
    return {program["id"] for program in json.loads(listed.stdout)}


needs_bpftool = pytest.mark.skipif(
    shutil.which("bpftool") is None, reason="needs bpftool, to ask the kernel what is left"
)


def gone(identity: int) -> bool:
    """Whether the kernel has let go of a program; it takes a moment after the last reference."""
    deadline = time.monotonic() + 5
    while identity in program_ids():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@needs_bpftool
def test_close_releases_everything(object_file: Path) -> None:
    b = BPF.from_object(object_file)
    b.load()
    b.programs["unused"].attach()
    identity = b.programs["unused"].info.id
    numbers = b["numbers"]
    b.close()
    b.close()
    assert gone(identity)
    with pytest.raises(BpfError, match="closed"):
        numbers[1]
    with pytest.raises(BpfError, match="closed"):
        b.load()
    assert repr(b).startswith("<BPF closed")


@needs_bpftool
def test_collection_releases_everything(object_file: Path) -> None:
    b = BPF.from_object(object_file)
    b.load()
    b.programs["unused"].attach()
    identity = b.programs["unused"].info.id
    assert identity in program_ids()
    del b
    assert gone(identity)  # no gc.collect(): there is no reference cycle
    gc.collect()


@needs_bpftool
def test_with_attaches_and_releases(tmp_path: Path) -> None:
    b = BPF.from_object(clang(tmp_path, "-DNO_XDP"))
    identity = 0

    def work() -> None:
        nonlocal identity
        with b:
            program = b.programs["unused"]
            assert program.attached
            identity = program.info.id
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert gone(identity)


@needs_bpftool
def test_with_releases_everything_if_it_cannot_attach(object_file: Path) -> None:
    before = program_ids()
    b = BPF.from_object(object_file)
    with pytest.raises(BpfError, match=r"`drop_short` \(xdp\) needs a network interface"):
        b.__enter__()
    assert repr(b).startswith("<BPF closed")
    deadline = time.monotonic() + 5
    while program_ids() - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert program_ids() <= before


@needs_bpftool
def test_a_killed_process_leaves_nothing(object_file: Path) -> None:
    program = (
        "import sys, time\nfrom pythonbpf import BPF\n"
        "b = BPF.from_object(sys.argv[1]); b.load(); b.programs['unused'].attach()\n"
        "print(b.programs['unused'].info.id, flush=True)\ntime.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(object_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        identity = int(process.stdout.readline())
        assert identity in program_ids()
        process.kill()
    assert gone(identity)


def test_a_forked_child_does_not_detach_its_parents_programs(b: BPF) -> None:
    program = b.programs["unused"]
    program.attach()
    child = os.fork()
    if child == 0:
        b.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert program.attached
    assert program.info.id


def test_calls_before_loading_say_so(object_file: Path) -> None:
    b = BPF.from_object(object_file)
    with pytest.raises(BpfError, match=r"not loaded yet: call load\(\) first"):
        b["numbers"][1]
    assert b.programs["unused"].section == "raw_tp/sys_enter"
    assert not b.programs["unused"].attached
    assert repr(b).startswith("<BPF opened: programs drop_short, unused, send_event; maps ")
    b.close()


def test_errors_travel_between_processes(b: BPF) -> None:
    with pytest.raises(NoSuchHookError) as error:
        b.programs["drop_short"].attach(interface="none0")
    copy = pickle.loads(pickle.dumps(error.value))
    assert type(copy) is NoSuchHookError
    assert (str(copy), copy.errno) == (str(error.value), errno.ENOENT)


def test_a_missing_privilege_is_named(object_file: Path) -> None:
    program = (
        "import os, sys\nfrom pythonbpf import BPF\n"
        "b = BPF.from_object(open(sys.argv[1], 'rb').read())\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: b.load()\nexcept PermissionError as e: print(type(e).__name__, e.errno, e)\n"
    )
    command = [sys.executable, "-c", program, str(object_file)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.stdout.startswith("PrivilegeError 1 "), result.stderr
    assert "CAP_BPF" in result.stdout


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\0" * 4096, b"\x7fELF" + b"\xff" * 4096])
def test_what_is_no_object(content: bytes) -> None:
    with pytest.raises(BpfError, match="is not a usable BPF object"):
        BPF.from_object(content)


def test_a_missing_object() -> None:
    with pytest.raises(FileNotFoundError):
        BPF.from_object("no/such/file.o")


def test_maps_from_many_threads(b: BPF) -> None:
    records = b["records"]
    value = (0, 0, False, bytes(6), [0, 0], (0, 0))
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for round in range(50):
                records[number, str(round % 4)] = (round, *value[1:])
                assert records[number, str(round % 4)].count == round
        except BaseException as error:  # noqa: BLE001  (handed to the main thread)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(records) == 32


@pytest.mark.host("clang and bpftool are not in the guest")
@pytest.mark.skipif(shutil.which("bpftool") is None, reason="needs bpftool, to know the numbers")
def test_numbers_of_types_are_those_of_the_kernel(tmp_path: Path) -> None:
    command = shutil.which("clang-22")
    if command is None:
        pytest.skip("needs clang, to have an object that asks so")
    output = tmp_path / "type_ids.o"
    source = SOURCE.with_name("type_ids.c")
    build = [command, "-O2", "-g", "-target", "bpf", "-c", source, "-o", output]
    subprocess.run(build, check=True, timeout=60)
    b = BPF.from_object(output)
    b.load()
    b.programs["ask"].test_run(ctx=bytes(16))
    dump = ["bpftool", "-j", "btf", "dump", "file", "/sys/kernel/btf/vmlinux"]
    types = json.loads(subprocess.run(dump, check=True, capture_output=True).stdout)["types"]
    task = next(ty for ty in types if ty["name"] == "task_struct" and ty["kind"] == "STRUCT")
    pid = next(member for member in task["members"] if member["name"] == "pid")
    assert (b.globals.number, b.globals.offset) == (task["id"], pid["bits_offset"] // 8)
    b.close()


# --- structs that the caller names --------------------------------------------------------------


@pytest.fixture
def named(tmp_path: Path) -> Iterator[BPF]:
    source = SOURCE.with_name("foreign_events.c")
    bpf = BPF.from_object(clang(tmp_path, source=source))
    bpf.load()
    yield bpf
    bpf.close()


in_host = pytest.mark.host("the C compiler is here")


@in_host
def test_events_are_typed_by_the_name_of_their_struct(named: BPF) -> None:
    send = named.programs["send"].test_run
    send(PACKET)
    assert [type(event) for event in named["ring"].drain()] == [bytes, bytes]
    named["perf"].drain()
    ring, perf = named["ring"].of("event"), named["perf"].of("event")
    send(PACKET)
    event, failure = ring.drain()
    assert (type(event).__name__, event.when, event.pid, event.comm) == ("event", 1, 2, "x")
    assert failure == b"\xff" * 4  # as long as no struct that was named
    assert perf.drain() == [event]
    both = named["ring"].of("event", "failure_t")
    send(PACKET)
    assert [type(event).__name__ for event in both.iter(timeout=0)] == ["event", "failure_t"]
    send(PACKET)
    seen: list[Any] = []
    assert both.poll(seen.append, timeout=1) == 2
    assert seen[0] == event
    assert seen[1].code == 0xFFFF_FFFF
    send(PACKET)
    assert both.drain(tuples=True) == [(1, 2, "x"), (0xFFFF_FFFF,)]

    async def first() -> Any:
        return await anext(aiter(both))

    send(PACKET)
    assert asyncio.run(first()) == event
    both.drain()
    pytest.importorskip("numpy", reason="NumPy is not installed")
    send(PACKET)
    batches = {batch.dtype.names: batch for batch in both.batches(timeout=0)}
    assert batches["when", "pid", "comm"]["comm"].tolist() == [b"x"]
    assert batches["code",]["code"].tolist() == [0xFFFF_FFFF]


@in_host
def test_structs_that_are_not_there_are_told(named: BPF, object_file: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"no struct named `evnt`.*did you mean `event`"):
        named["ring"].of("event", "evnt")
    with pytest.raises(ValueError, match="`inner` and `failure_t` have the same size"):
        named["ring"].of("inner", "failure_t")
    with pytest.raises(TypeError, match=r"of\(\) takes names of structs, not type"):
        named["ring"].of(int)
    with pytest.raises(TypeError, match="takes the name of a struct"):
        named["ring"].of()
    opened = BPF.from_object(object_file)
    with pytest.raises(UnknownNameError, match="no struct named `event`"):
        opened["events"].of("event")
    named.close()
    with pytest.raises(BpfError, match="closed"):
        named["ring"].of("event")


@in_host
def test_bit_fields_beside_structs_are_arrays(named: BPF) -> None:
    pytest.importorskip("numpy", reason="NumPy is not installed")
    named.programs["send"].test_run(PACKET)
    assert named["table"].to_numpy().tolist() == [((5, -6), (1, 2, -3, (3, 4)))]
    both = [(1, 2, -3, (3, 4)), (7, 31, 7, (-1, 0))]
    array = named["array"].to_numpy()
    assert array[1]["tag"] == b"ab"
    assert array[1]["both"].tolist() == both
    assert array["both"]["y"].tolist() == [[0, 0], [2, 31]]
    assert array["both"]["inner"]["a"].tolist() == [[0, 0], [3, -1]]
    each = named["each_cpu"]
    cpus = len(each[0])
    each[0] = [(cpu % 8, 1, -1, (cpu, 0)) for cpu in range(cpus)]
    assert each.to_numpy()["x"].tolist() == [[cpu % 8 for cpu in range(cpus)]]
    assert each.to_numpy()["inner"]["a"].tolist() == [list(range(cpus))]
    # The same as objects.
    assert named["table"].popitem()[1].z == -3


# --- the object is a mapping of its maps --------------------------------------------------------


def test_an_object_is_a_mapping_of_its_maps(b: BPF) -> None:
    assert "numbers" in b
    assert "nothing" not in b
    assert list(b) == list(b.maps)
    assert len(b) == len(b.maps)
    assert dict(zip(b, b.maps.values(), strict=True))["numbers"] is b["numbers"]
    assert b
