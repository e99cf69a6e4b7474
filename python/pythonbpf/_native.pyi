"""The extension module: what the border between Rust and Python hands over."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

from pythonbpf._records import Diagnostic

__version__: str

def main(args: list[str]) -> int:
    """Runs the ``pythonbpf`` command; gives its exit status."""

def compile(
    name: str,
    text: bytes,
    emit: Literal["object", "ir", "asm"],
    kernel: str | None,
    target: tuple[str | os.PathLike[str] | None, tuple[str, ...], str | None],
) -> Compilation:
    """Compiles a text. Never raises for what the text says."""

def kernel_name(
    name: str,
) -> tuple[Literal["constant", "signed", "unsigned", "type", "function"], int] | None:
    """What the running kernel calls by a name: a number, or the bytes of a type.

    Raises:
        OSError: the kernel does not tell its types.
    """

def doctor() -> str:
    """What will and will not work here, as JSON."""

def hooks(pattern: str, kinds: tuple[str, ...]) -> list[str]:
    """The hooks that a pattern finds, each as JSON."""

def inspect(name: str, data: bytes) -> str:
    """What an object is made of, as JSON."""

def histogram(counts: list[tuple[int, int]], unit: str, scale: str, step: int, width: int) -> str:
    """A histogram as text."""

def symbolize(
    addresses: list[int], process: int | None
) -> list[list[tuple[str | None, int, str | None, str | None, int | None, int, bool]]]:
    """For each address its functions, the innermost first."""

class Printed:
    """The formats that an object's programs print by."""

    @staticmethod
    def of(object: bytes) -> Printed: ...
    def made(self, message: str) -> bool:
        """Whether one of them can have made this message."""

class Compilation:
    """What came of a compilation, and the source that later errors are shown on."""

    @property
    def output(self) -> bytes | None:
        """What was made; ``None`` if there is an error."""
    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that the compiler says, in source order."""
    @property
    def rendered(self) -> str:
        """The same as text, as ``pythonbpf check`` prints it."""

class Object:
    """A BPF object: opened, then loaded, then closed."""

    @staticmethod
    def open(
        name: str,
        data: bytes,
        compilation: Compilation | None,
        struct_type: Callable[[str, tuple[str, ...]], type],
    ) -> Object: ...
    @staticmethod
    def from_pins(
        path: str | os.PathLike[str], struct_type: Callable[[str, tuple[str, ...]], type]
    ) -> Object: ...
    def pin(self, folder: str | os.PathLike[str]) -> None: ...
    def unpin(self) -> None: ...
    def load(self) -> None: ...
    def attach_all(self, arguments: dict[str, Any]) -> list[tuple[str, str]]:
        """Attaches all that can be; names of the others, and why."""
    def close(self) -> None: ...
    @property
    def loaded(self) -> bool: ...
    @property
    def closed(self) -> bool: ...
    @property
    def programs(self) -> tuple[str, ...]:
        """Names of the programs, in the object's order."""
    @property
    def maps(self) -> tuple[str, ...]:
        """Names of the maps, in the object's order."""
    @property
    def globals(self) -> tuple[str, ...]:
        """Names of the global variables."""
    def get_global(self, name: str) -> Any: ...
    def set_global(self, name: str, value: Any) -> None: ...
    def reuse_map(self, name: str, path: str | os.PathLike[str]) -> None: ...
    def replace(self, name: str, target: Program, function: str | None) -> None: ...
    def program(self, name: str) -> Program: ...
    def map(self, name: str) -> Map: ...
    def events(self, name: str) -> EventReader: ...
    def events_of(self, name: str, structs: Sequence[str]) -> EventReader:
        """A reader that takes the events for these structs of the object's BTF."""

class Program:
    """A program of a loaded object."""

    @property
    def section(self) -> str: ...
    @property
    def attached(self) -> bool: ...
    def attach(self, arguments: dict[str, Any]) -> None: ...
    def pin(self, path: str | os.PathLike[str]) -> None: ...
    def descriptor(self) -> int:
        """A descriptor of the program, which is the caller's."""
    def iterate(self, arguments: dict[str, Any]) -> int:
        """The descriptor of one walk of an iterator."""
    def detach(self) -> None: ...
    def test_run(
        self, data: bytes | None, ctx: bytes | None, repeat: int
    ) -> tuple[int, bytes, int, bytes]:
        """Return value, data out, nanoseconds per run, and context out."""
    @property
    def context(self) -> tuple[list[tuple[str, int, int, int]], str | None]:
        """Name, place, size and count of the context's fields, and which is the packet's end."""
    def info(self) -> dict[str, Any]: ...

class Map:
    """A map of a loaded object."""

    def attach_struct_ops(self) -> None: ...
    def detach_struct_ops(self) -> bool: ...
    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str:
        """The kernel's name of the type, for example ``hash``."""
    @property
    def max_entries(self) -> int: ...
    @property
    def carries_events(self) -> bool: ...
    def lookup(self, key: object) -> Any | None: ...
    def item(self, key: object) -> Any | None:
        """The same; what ``keys_ahead`` read is given as it was then."""
    def update(self, key: object, value: object) -> None: ...
    def create(self, key: object, value: object) -> bool:
        """Whether there was no such entry, and now is."""
    def remove(self, key: object) -> Any | None:
        """The value of the entry that was there."""
    def remove_any(self) -> tuple[Any, Any] | None:
        """Key and value of some entry that was there."""
    def delete(self, key: object) -> bool:
        """Whether there was such an entry."""
    def items(self) -> list[tuple[Any, Any]]: ...
    def keys_ahead(self) -> list[Any]:
        """All keys, for a thread that then asks for the item of each in turn."""
    def keys(self) -> list[Any]: ...
    def values(self) -> list[Any]: ...
    def rows(self) -> bytearray:
        """All entries, the bytes of each one's key and value in a row."""
    def row(self) -> tuple[tuple[Any, ...], tuple[Any, ...], int | None, int]:
        """Layouts of key and value, CPUs, and bytes from one CPU's value to the next."""
    def update_all(self, entries: Iterable[tuple[object, object]]) -> None: ...
    def pin(self, path: str | os.PathLike[str]) -> None: ...
    def descriptor(self) -> int:
        """A descriptor of the map; the caller's."""
    def length(self) -> int: ...
    def is_empty(self) -> bool: ...
    def clear(self) -> None: ...
    def push(self, value: object) -> None: ...
    def send(self, records: list[object]) -> int: ...
    def pop(self) -> Any | None: ...
    def peek(self) -> Any | None: ...
    def may_hold(self, value: object) -> bool: ...
    def store_descriptor(self, key: object, descriptor: int) -> None: ...
    def store_program(self, key: object, program: Program) -> None: ...
    def store_map(self, key: object, inner: Map) -> None: ...
    def inner(self, key: object) -> Map | None: ...
    def new_inner(self) -> Map: ...
    def read_memory(self, offset: int, size: int) -> bytes: ...
    def write_memory(self, offset: int, data: bytes) -> None: ...

class EventReader:
    """The reading end of a ring buffer or perf event array."""

    def open(self) -> None:
        """Opens the buffer if need be; raises if the object is not loaded."""
    @property
    def stops(self) -> int:
        """How often ``stop`` was called."""
    def stop(self) -> None:
        """Ends all waits and iterations."""
    def ended(self, stops: int) -> bool:
        """Whether nothing more will come for who began after so many stops."""
    def clear(self) -> None:
        """Makes the descriptor forget a stop."""
    def iterate(self, timeout: float | None, stops: int) -> EventIterator: ...
    def poll(self, callback: Callable[[Any], object], timeout: float | None) -> int: ...
    def drain(self, tuples: bool) -> list[Any]: ...
    def batch(
        self, timeout: float | None, stops: int
    ) -> list[tuple[int | None, int, bytearray]] | None:
        """All events that are there, by type: number of the layout, length of each, their bytes."""
    def layouts(self) -> list[tuple[Any, ...]]:
        """What the events may be."""
    def structs(self) -> list[tuple[str, tuple[str, ...]] | None]:
        """Name and fields of each, and ``None`` for what is no struct."""
    def descriptor(self) -> int:
        """A descriptor to wait on; the caller's."""
    @property
    def lost(self) -> int | None: ...

class EventIterator(Iterator[Any]):
    """One walk over the events."""

class TracePipe:
    """The kernel's trace pipe."""

    @staticmethod
    def open() -> TracePipe: ...
    def line(self, timeout: float | None) -> str | None:
        """Waits for the next line; without its newline."""

def parse_fields(line: str) -> tuple[str, int, int, str, float, str] | None:
    """The parts of a line; ``None`` for lines that no program printed."""
