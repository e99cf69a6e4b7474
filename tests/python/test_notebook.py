"""A notebook as Jupyter runs it: cells define a program, later ones look at what it did."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.host("Jupyter's kernel is not in the image")]

CELLS = [
    """
from ctypes import c_int64, c_uint64, c_void_p
from pythonbpf import BPF, bpf, bpfglobal, hist, map, section, struct
from pythonbpf.maps import Array, RingBuffer
""",
    """
@bpf
@struct
class Seen:
    number: c_uint64
    name: str(8)

@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=65536)

@bpf
@map
def buckets() -> Array:
    return Array(value=c_uint64, max_entries=8)
""",
    """
@bpf
@section("xdp")
def count(ctx: c_void_p) -> c_int64:
    buckets[2] += 1
    seen = Seen(number=buckets[2])
    seen.name = "cell"
    events.output(seen)
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
""",
    "b = BPF()\nb.load()\nb.programs['count'].test_run(bytes(64), repeat=5);",
    "[(event.number, event.name) for event in b['events'].drain()]",
    "b['buckets']",
    "print(hist(b['buckets'], 'n'))",
    """
import asyncio
async def read():
    async for event in b["events"]:
        return event
b.programs['count'].test_run(bytes(64))
await asyncio.wait_for(read(), 10)
""",
    "b['bucket']",
    "b.close()",
]


def test_a_notebook() -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    client = nbclient.NotebookClient(notebook, timeout=60, allow_errors=True, kernel_name="python3")
    client.execute()
    outputs: list[list[Any]] = [cell.outputs for cell in notebook.cells]
    assert outputs[:4] == [[], [], [], []]
    assert outputs[4][0].data["text/plain"] == str([(n, "cell") for n in range(1, 6)])
    assert "<td>5</td>" in outputs[5][0].data["text/html"]
    assert "2 .. 3 |     5 |" in outputs[6][0].text
    assert "number" in outputs[7][0].data["text/html"]
    assert outputs[7][0].data["text/plain"] == "Seen(number=6, name='cell')"
    assert "did you mean `buckets`" in outputs[8][0].evalue
    assert outputs[9] == []
