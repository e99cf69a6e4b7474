"""Events under :mod:`asyncio`: the loop waits for them, and nothing blocks it."""

from __future__ import annotations

import asyncio
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pythonbpf import _native

_TURN = 256
"""After so many events other tasks have their turn, if nothing else gives them one."""
_LOOK = 0.1
"""Seconds after which to look anyway: programs may send without waking anybody."""


class Following:
    """Events until the reader is stopped or its object closed.

    A wait that is cancelled, as by :func:`asyncio.wait_for`, takes no event along, and the next
    one goes on.
    """

    __slots__ = ("_reader", "_since", "_stops", "_there")

    def __init__(self, reader: _native.EventReader) -> None:
        self._reader = reader
        self._stops = reader.stops
        self._there = reader.iterate(0, self._stops)
        self._since = 0
        """How many events there were since other tasks had their turn."""

    def __aiter__(self) -> Following:
        return self

    async def __anext__(self) -> Any:
        if self._since == _TURN:
            self._since = 0
            await asyncio.sleep(0)
        # Nothing is awaited between taking an event and giving it.
        event = next(self._there, None)
        while event is None:
            if self._reader.ended(self._stops):
                raise StopAsyncIteration
            await self._wait()
            event = next(self._there, None)
        self._since += 1
        return event

    async def _wait(self) -> None:
        descriptor = self._reader.descriptor()
        try:
            await _readable(descriptor)
        finally:
            os.close(descriptor)
        self._reader.clear()
        self._since = 0


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    # Only while we wait: what is there and not read would keep the loop busy.
    loop.add_reader(descriptor, wake)
    try:
        await asyncio.wait((ready,), timeout=_LOOK)
    finally:
        loop.remove_reader(descriptor)
