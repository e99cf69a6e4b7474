"""Events under :mod:`asyncio`: the loop waits for them, and nothing blocks it."""

from __future__ import annotations

import asyncio
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any

    from pythonbpf import _native

_TURN = 256
"""After so many events other tasks have their turn, if nothing else gives them one."""
_LOOK = 0.1
"""Seconds after which to look anyway: programs may send without waking anybody."""


async def follow(reader: _native.EventReader) -> AsyncIterator[Any]:
    """Events until the reader is stopped or its object closed."""
    stops = reader.stops
    descriptor = reader.descriptor()
    try:
        while True:
            for count, event in enumerate(reader.iterate(0, stops), start=1):
                yield event
                if count % _TURN == 0:
                    await asyncio.sleep(0)
            if reader.ended(stops):
                return
            await _readable(descriptor)
            reader.clear()
    finally:
        os.close(descriptor)


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
