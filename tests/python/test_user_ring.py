"""Records from user space that a program takes out of a user ring buffer."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
from programs import user_ring
from test_map_types import RUNNING

from pythonbpf import BPF, BpfError

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(RUNNING < (6, 1), reason="needs Linux 6.1"),
]

Order = user_ring.Order


@pytest.fixture
def b() -> Generator[BPF]:
    made = user_ring.main()
    made.load()
    yield made
    made.close()


def drained(b: BPF, most: int = 1500) -> int:
    return b.programs["close_the_day"].test_run(data=bytes(most)).retval


def test_a_program_adds_up_what_is_sent(b: BPF) -> None:
    orders = b["orders"]
    assert drained(b) == 0
    orders.send(Order(article=3, pieces=2, price=5))
    orders.send(b"\x04\0\0\0\x01\0\0\0\x07\0\0\0\0\0\0\0")
    orders.send(bytearray(3))
    orders.send({"article": 5, "pieces": 1, "price": 1})
    assert drained(b) == (2 * 5 + 7 + 1) * 100 + 10 + 4
    assert dict(b["stock"]) == {3: 2, 4: 1, 5: 1}
    assert drained(b) == 0


def test_a_callback_ends_the_draining(b: BPF) -> None:
    sent = b["orders"].send_all(Order(1, 1, 1) for _ in range(40))
    assert sent == 40
    assert drained(b, most=30) == 30 * 100 + 30
    assert drained(b) == 10 * 100 + 10


def test_a_full_buffer_takes_no_more(b: BPF) -> None:
    orders = b["orders"]
    room = 4096 // (16 + 8)
    assert orders.send_all([Order(1, 1, 1)] * 1000) == room
    with pytest.raises(BufferError, match="full"):
        orders.send(Order(1, 1, 1))
    assert drained(b) == room * 100 + room
    orders.send(Order(1, 1, 1))
    assert drained(b) == 101


def test_wrong_records_are_told(b: BPF) -> None:
    orders = b["orders"]
    for wrong in (5, "text", None, {"article": 1}):
        with pytest.raises(TypeError):
            orders.send(wrong)
    with pytest.raises(OverflowError):
        orders.send(Order(article=2**40, pieces=1, price=1))
    with pytest.raises(BpfError, match="never fits"):
        orders.send(bytes(5000))
    assert drained(b) == 0


def test_threads_take_turns(b: BPF) -> None:
    orders = b["orders"]

    def send(article: int) -> None:
        for _ in range(20):
            orders.send(Order(article, 1, 1))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drained(b) == 80 * 100 + 80
    assert dict(b["stock"]) == dict.fromkeys(range(4), 20)
