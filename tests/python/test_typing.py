"""What an editor and a strict type checker know of a program's events."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from ctypes import c_uint8, c_uint32, c_uint64
from pathlib import Path
from typing import Annotated, Any

import pytest
from conftest import Run
from programs import flood, table_types, typed_events

from pythonbpf import BpfError, Struct, bpf, struct
from pythonbpf.structs import fields

ROOT = Path(__file__).parents[2]

pyright = [
    pytest.mark.host("there is no type checker in the guest"),
    pytest.mark.skipif(importlib.util.find_spec("pyright") is None, reason="needs pyright"),
]

PROGRAM = ROOT / "tests/python/programs/typed_events.py"
USES = """
from collections.abc import AsyncIterator

from pythonbpf import BPF, Events, Table
from typed_events import Event, main


def use() -> None:
    with main() as b:
        for event in b.events(Event):
            reveal_type(event)
            reveal_type(event.when)
            reveal_type(event.comm)
            reveal_type(event.mac)
            reveal_type(event.place.cpu)
            print(event.whn)
        declared: Events[Event] = b["events"]
        reveal_type(next(iter(declared)).when)
        reveal_type(declared.drain()[0].comm)
        declared.poll(lambda event: reveal_type(event.place))
        reveal_type(declared.drain(tuples=True))
        last: Table[int, Event] = b["last"]
        reveal_type(last[0].comm)
        reveal_type(last.get(0))
        reveal_type(dict(last))
        for cpu, event in last.items():
            reveal_type((cpu, event.when))
        last["0"] = Event(when=1)


async def later(b: BPF) -> AsyncIterator[str]:
    async for event in b.events(Event):
        reveal_type(event.when / 1e9)
        yield event.comm
"""


class TestPyright:
    """Types as an editor shows them, without a plugin of ours."""

    pytestmark = pyright

    def check(self, run: Run, folder: Path) -> list[dict[str, Any]]:
        config = {
            "typeCheckingMode": "strict",
            "extraPaths": [str(ROOT / "python")],
            "reportMissingModuleSource": False,
        }
        (folder / "pyrightconfig.json").write_text(json.dumps(config))
        return json.loads(run("-m", "pyright", "--outputjson").stdout)["generalDiagnostics"]

    def test_fields_are_known_and_others_are_errors(self, run: Run, tmp_path: Path) -> None:
        shutil.copy(PROGRAM, tmp_path)
        (tmp_path / "uses.py").write_text(USES)
        lines = USES.splitlines()
        said = [
            (lines[found["range"]["start"]["line"]].strip(), found["severity"], found["message"])
            for found in self.check(run, tmp_path)
        ]
        revealed = [text.split('"')[3] for _, severity, text in said if severity == "information"]
        assert revealed == [
            "Event", "int", "str", "bytes", "int", "int", "str", "Place", "list[Any]",
            "str", "Event | None", "dict[int, Event]", "tuple[int, int]", "float",
        ]  # fmt: skip
        errors = [(line, text) for line, severity, text in said if severity == "error"]
        assert {line for line, _ in errors} == {
            "print(event.whn)", 'last["0"] = Event(when=1)'
        }, errors  # fmt: skip
        assert any('access attribute "whn" for class "Event"' in text for _, text in errors)

    def test_all_examples_pass(self, run: Run, tmp_path: Path) -> None:
        examples = list((ROOT / "examples").glob("*.py"))
        assert len(examples) > 15
        for example in examples:
            shutil.copy(example, tmp_path)
        assert self.check(run, tmp_path) == []


@bpf
@struct
class Inner(Struct):
    number: Annotated[int, c_uint32]


@bpf
@struct
class Outer(Struct):
    inner: Inner
    name: Annotated[str, str(16)]
    mac: Annotated[bytes, c_uint8 * 6]
    times: Annotated[list[int], c_uint64 * 2]
    count: Annotated[int, "how many", c_uint32]
    level: Annotated[int, c_uint32] = 5


def test_values_of_annotated_fields() -> None:
    assert issubclass(Outer, Struct)
    assert fields(Outer) == ("inner", "name", "mac", "times", "count", "level")
    assert tuple(Outer()) == (Inner(0), "", bytes(6), [0, 0], 0, 5)
    outer = Outer(Inner(1), name="n")
    assert (outer.inner.number, outer.name) == (1, "n")
    with pytest.raises(AttributeError):
        outer.typo = 1  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.kernel
def test_the_buffer_is_found_by_its_events() -> None:
    b = typed_events.main()
    with pytest.raises(BpfError, match=r"not loaded yet: call load\(\) first"):
        b.events(typed_events.Event)
    b.load()
    events = b.events(typed_events.Event)
    assert events is b["events"]
    b.programs["send"].test_run(bytes(64), repeat=3)
    for event, _ in zip(events.iter(timeout=0), range(3), strict=True):
        assert isinstance(event, typed_events.Event)
        assert event.when > 0
        assert event.comm == "typed"
        assert event.mac == bytes(6)
        assert event.place.cpu < (os.cpu_count() or 1)
    b.close()


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("program", "event", "words"),
    [
        (typed_events, Outer, r"Outer alone: .* 'events': Event\(when, comm, mac, place\)$"),
        (typed_events, int, "int is not a struct: its class needs @bpf and @struct"),
        (typed_events, Inner(1), "is no struct class"),
        (flood, flood.Sent, r"several carry it: take one by name, b\['ring'\]"),
        (table_types, table_types.Small, "'mixed' carries other events, too"),
    ],
)
def test_what_no_buffer_carries_is_told(program: Any, event: Any, words: str) -> None:
    b = program.main()
    b.load()
    try:
        with pytest.raises(TypeError, match=words):
            b.events(event)
    finally:
        b.close()
