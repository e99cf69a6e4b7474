"""Events as they come: loops, callbacks, arrays, tasks of asyncio, and how they end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.util
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import event_order, flood, table_types

from pythonbpf import BPF

pytestmark = pytest.mark.kernel

PACKET = bytes(64)
BUFFERS = [("large_ring", "to_large_ring"), ("perf", "to_perf")]


@pytest.fixture
def b() -> Iterator[BPF]:
    bpf = flood.main()
    bpf.load()
    yield bpf
    bpf.close()


def send(b: BPF, program: str, count: int) -> None:
    b.programs[program].test_run(PACKET, repeat=count)


def fresh(module: Any) -> Any:
    """The same module with classes of its own."""
    spec = importlib.util.spec_from_file_location("fresh", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


# --- what comes -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["__setattr__", "__new__"])
@pytest.mark.parametrize(("buffer", "program"), BUFFERS)
def test_what_cannot_be_made_takes_nothing_along(buffer: str, program: str, method: str) -> None:
    """A class's own methods run, may raise, and may ask for the same buffer."""
    made = 0
    failure: type[BaseException] = ValueError

    def one_more() -> None:
        nonlocal made
        made += 1
        assert b[buffer].drain() == []
        if made == 3:
            raise failure("the third")

    def set_picky(event: Any, name: str, value: Any) -> None:
        if name == "number":
            one_more()
        object.__setattr__(event, name, value)

    def new_picky(cls: type[Any]) -> Any:
        one_more()
        return object.__new__(cls)

    picky: dict[str, Any] = {"__setattr__": set_picky, "__new__": new_picky}
    # Another class than that of other tests: `__new__` cannot be undone.
    module = fresh(flood)
    setattr(module.Sent, method, picky[method])
    b = module.main()
    b.load()
    assert b[buffer].drain() == []
    send(b, program, 6)
    assert [event.number for event in b[buffer].drain()] == [0, 1]
    # The one that could not be made is the first of the next call.
    assert [event.number for event in b[buffer].drain()] == [2, 3, 4, 5]
    made = 2
    send(b, program, 2)
    with pytest.raises(ValueError, match="the third"):
        b[buffer].drain()
    # What raises at the head is gone, as it is in a loop.
    assert [event.number for event in b[buffer].drain()] == [7]
    # Ctrl-C comes at once, and takes nothing along.
    made, failure = 0, KeyboardInterrupt
    send(b, program, 4)
    with pytest.raises(KeyboardInterrupt):
        b[buffer].drain()
    assert b[buffer].drain(tuples=True) == [(number, "") for number in range(8, 12)]
    b.close()


@pytest.mark.parametrize("was_on", [True, False])
def test_many_events_are_a_list_like_others(b: BPF, was_on: bool) -> None:
    """The cycle collector is on or off as before, and knows the list but not its tuples."""
    events = b["large_ring"]
    send(b, "to_large_ring", 5000)
    (gc.enable if was_on else gc.disable)()
    try:
        found: list[Any] = events.drain(tuples=True)
        assert gc.isenabled() is was_on
    finally:
        gc.enable()
    assert [number for number, _ in found] == list(range(5000))
    assert gc.is_tracked(found)
    assert not any(gc.is_tracked(event) for event in found)
    # A list in itself is found and freed.
    watched = weakref.ref(flag := threading.Event())
    found += [found, flag]
    del found, flag
    gc.collect()
    assert watched() is None


@pytest.mark.parametrize(("buffer", "program"), BUFFERS)
def test_events_come_in_order_whoever_asks(b: BPF, buffer: str, program: str) -> None:
    events = b[buffer]
    events.drain()
    send(b, program, 500)
    iterator = events.iter(timeout=0)
    numbers = [next(iterator).number for _ in range(7)]
    numbers += [event.number for _, event in zip(range(3), events, strict=False)]
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        events.poll(lambda event: seen.append(event.number) or 1 / 0)
    numbers += seen
    numbers += [event[0] for event in events.drain(tuples=True)]
    assert numbers == list(range(500))
    assert events.drain() == []
    assert list(events.iter(timeout=0)) == []


def test_tuples_are_the_fields(b: BPF) -> None:
    events = b["large_ring"]
    send(b, "to_large_ring", 2)
    assert events.drain(tuples=True) == [(0, ""), (1, "")]
    send(b, "to_large_ring", 1)
    (event,) = events.drain()
    assert isinstance(event, flood.Sent)
    assert tuple(event) == (2, "")
    assert pickle.loads(pickle.dumps(event)) == event


@pytest.mark.parametrize(("buffer", "program"), BUFFERS)
def test_batches_are_arrays(b: BPF, buffer: str, program: str) -> None:
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    events = b[buffer]
    events.drain()
    send(b, program, 1000)
    first = next(events.iter(timeout=0))
    arrays = list(events.batches(timeout=0))
    assert first.number == 0
    numbers = numpy.concatenate(arrays)["number"]
    assert (numbers == numpy.arange(1, 1000)).all()
    assert arrays[0].dtype.names == ("number", "rest")
    assert arrays[0].flags.writeable


def test_a_buffer_with_two_types_of_events() -> None:
    b = table_types.main()
    b.load()
    with contextlib.closing(b):
        mixed = b["mixed"]
        b.programs["send_both"].test_run(PACKET, repeat=100)
        kinds = [type(event).__name__ for event in mixed.drain()]
        assert kinds == ["Small", "Large"] * 100
        b.programs["send_both"].test_run(PACKET, repeat=100)
        pytest.importorskip("numpy", reason="NumPy is not installed")
        arrays = {array.dtype.names: array for array in mixed.batches(timeout=0)}
        small, large = arrays["number", "cpu"], arrays["number", "name"]
        assert (small["number"] == large["number"]).all()
        assert len(small) == 100
        assert set(large["name"]) == {b"large"}


def test_arrays_without_numpy_say_what_to_install(b: BPF) -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "try:\n    import pythonbpf._arrays\n"
        "except ImportError as error:\n    print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'pythonbpf[numpy]'" in ran.stdout


# --- how it ends ------------------------------------------------------------------------------


def test_drain_takes_what_was_there_at_the_call(b: BPF) -> None:
    events, ends = b["large_ring"], threading.Event()

    def produce() -> None:
        while not ends.is_set():
            send(b, "to_large_ring", 1000)

    producer = threading.Thread(target=produce)
    producer.start()
    try:
        taken = [len(events.drain(tuples=True)) for _ in range(50)]
    finally:
        ends.set()
        producer.join()
    taken.append(len(events.drain(tuples=True)))
    assert sum(taken) + events.lost == b["produced"][1]


def test_stop_ends_every_kind_of_wait(b: BPF) -> None:
    events = b["ring"]
    ended: list[str] = []

    def wait(name: str, work: Any) -> None:
        work()
        ended.append(name)

    works = {"iter": lambda: list(events), "poll": lambda: events.poll(print)}
    if _has_numpy():
        works["batches"] = lambda: list(events.batches())
    threads = [threading.Thread(target=wait, args=item) for item in works.items()]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    assert ended == []
    events.stop()
    for thread in threads:
        thread.join(timeout=5)
    assert sorted(ended) == sorted(works)
    # A later one waits again.
    send(b, "to_ring", 1)
    assert next(iter(events)).number == 0


def _has_numpy() -> bool:
    return importlib.util.find_spec("numpy") is not None


INTERRUPTED = """
import signal, sys, threading, time
from programs import flood
b = flood.main()
b.load()
events = b["ring"]
turns = 0
def count():
    global turns
    while True:
        turns += 1
        time.sleep(0.001)
threading.Thread(target=count, daemon=True).start()
def produce():
    while True:
        b.programs["by_reserving"].test_run(bytes(64), repeat=1000)
if sys.argv[2] == "flooded":
    threading.Thread(target=produce, daemon=True).start()
works = {
    "for": lambda: [None for _ in events],
    "poll": lambda: [events.poll(lambda event: None) for _ in iter(int, 1)],
    "batches": lambda: list(events.batches()),
}
print("ready", flush=True)
try:
    works[sys.argv[1]]()
except KeyboardInterrupt:
    print("interrupted", time.clock_gettime(time.CLOCK_MONOTONIC), turns, flush=True)
"""


def interrupted(way: str, load: str) -> tuple[float, int]:
    """Seconds from Ctrl-C to its exception, and how often another thread had a turn."""
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, way, load],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        sent = time.clock_gettime(time.CLOCK_MONOTONIC)
        process.send_signal(signal.SIGINT)
        word, when, turns = process.stdout.readline().split()
        assert word == "interrupted"
        assert process.wait(timeout=10) == 0
        return float(when) - sent, int(turns)
    finally:
        process.kill()
        process.wait()


@pytest.mark.host("a second interpreter compiles the program, and times are real")
@pytest.mark.parametrize("load", ["idle", "flooded"])
@pytest.mark.parametrize("way", ["for", "poll", "batches"])
def test_ctrl_c_leaves_at_once_and_other_threads_ran(way: str, load: str) -> None:
    if way == "batches" and not _has_numpy():
        pytest.skip("NumPy is not installed")
    # A busy machine may take a while to let the process run at all: the best of five.
    found: list[float] = []
    while len(found) < 5 and min(found, default=1) >= 0.1:
        seconds, turns = interrupted(way, load)
        assert turns > 20
        found.append(seconds)
    assert min(found) < 0.1


# --- asyncio ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("buffer", "program"), BUFFERS)
def test_async_for_lets_other_tasks_run(b: BPF, buffer: str, program: str) -> None:
    events = b[buffer]
    events.drain()
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.005)

    async def produce() -> None:
        for _ in range(10):
            await asyncio.to_thread(send, b, program, 50)
            await asyncio.sleep(0.02)

    async def read() -> list[int]:
        numbers: list[int] = []
        async for event in events:
            numbers.append(event.number)
            if len(numbers) == 500:
                break
        return numbers

    async def main() -> list[int]:
        ticking = asyncio.create_task(tick())
        numbers, _ = await asyncio.gather(read(), produce())
        ticking.cancel()
        return numbers

    assert asyncio.run(asyncio.wait_for(main(), 30)) == list(range(500))
    assert turns > 10


def test_tasks_share_events_and_end_with_stop_or_close(b: BPF) -> None:
    events = b["large_ring"]
    seen: Counter[int] = Counter()

    async def read() -> None:
        async for event in events:
            seen[event.number] += 1
            await asyncio.sleep(0)

    async def main() -> None:
        for end in (events.stop, b.close):
            readers = [asyncio.create_task(read()) for _ in range(3)]
            await asyncio.sleep(0.02)
            await asyncio.to_thread(send, b, "to_large_ring", 100)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(end)
            await asyncio.wait_for(asyncio.gather(*readers), 10)

    before = len(os.listdir("/proc/self/fd"))
    asyncio.run(main())
    assert seen == Counter(range(200))
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_task_that_is_cancelled_leaves_the_rest(b: BPF) -> None:
    events = b["large_ring"]

    async def read(numbers: list[int]) -> None:
        async for event in events:
            numbers.append(event.number)
            await asyncio.sleep(3600)

    async def main() -> list[int]:
        numbers: list[int] = []
        send(b, "to_large_ring", 3)
        task = asyncio.create_task(read(numbers))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return numbers

    assert asyncio.run(main()) == [0]
    assert [event.number for event in events.drain()] == [1, 2]


def test_events_are_filled_in_order_and_start_as_zero() -> None:
    b = event_order.main()
    b.load()
    events, found = b["events"], []
    for _ in range(100):
        # What lay in the buffer before is not zero.
        b.programs["spoil"].test_run(PACKET)
    events.drain()
    for _ in range(200):
        b.programs["asked"].test_run(PACKET)
        b.programs["timed"].test_run(PACKET)
        found += events.drain(tuples=True)
        b.programs["spoil"].test_run(PACKET)
        events.drain()
    b.close()
    asked, timed = found[0::2], found[1::2]
    assert {(tuple(at), there) for at, there, _, _ in asked} == {((7, 8), 1)}
    assert {(tuple(at), there) for at, there, _, _ in timed} == {((0, 0), 0)}
    assert all(start > 0 and took >= 0 for _, _, start, took in timed)


@pytest.mark.parametrize(("buffer", "program"), BUFFERS)
def test_a_wait_that_is_given_up_takes_nothing_along(b: BPF, buffer: str, program: str) -> None:
    events = b[buffer]
    events.drain()

    async def read() -> list[int]:
        stream, found = aiter(events), []
        for turn in range(4):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(stream), 0.05)
            send(b, program, 300)
            while len(found) < 300 * (turn + 1):
                with contextlib.suppress(asyncio.TimeoutError):
                    found.append((await asyncio.wait_for(anext(stream), 0.0005)).number)
        events.stop()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        return found

    assert asyncio.run(read()) == list(range(1200))


def test_a_notebook_shows_a_buffer_without_reading_it(b: BPF) -> None:
    send(b, "to_large_ring", 3)
    shown = b["large_ring"]._repr_html_()
    assert "large_ring" in shown
    assert "<td>Sent</td>" in shown
    assert len(b["large_ring"].drain()) == 3
