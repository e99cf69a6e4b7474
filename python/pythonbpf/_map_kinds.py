"""Maps of a loaded object that are no plain tables.

A class stands for one way to use a map; ``KINDS`` says which types of the
kernel are used so.
"""

from __future__ import annotations

import os
import socket

from pythonbpf import _native
from pythonbpf._maps import AnyTable, BpfMap, new, summed
from pythonbpf._sequences import Array, PerCpuArray
from pythonbpf._stacks import Stacks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager
    from typing import Any


class Queue(BpfMap):
    """A queue or a stack: values go in and come out, first or last first."""

    __slots__ = ()

    def push(self, value: Any) -> None:
        """Puts a value in.

        Raises:
            BPFError: it is full.
        """
        self._native.push(value)

    def pop(self) -> Any:
        """Takes the next value out; ``None`` if there is none."""
        return self._native.pop()

    def peek(self) -> Any:
        """The next value, which stays; ``None`` if there is none."""
        return self._native.peek()

    def drain(self) -> list[Any]:
        """Takes out all values until there is none."""
        return list(iter(self._native.pop, None))

    def _repr_html_(self) -> str:
        from pythonbpf._pictures import facts_html

        return facts_html(self, {"next": self.peek()})


class Bloom(BpfMap):
    """A bloom filter: what was added is in it, and seldom what was not."""

    __slots__ = ()

    def add(self, value: Any) -> None:
        """Adds a value, for ever."""
        self._native.push(value)

    push = add

    def _repr_html_(self) -> str:
        from pythonbpf._pictures import facts_html

        return facts_html(self, {})

    def __contains__(self, value: object) -> bool:
        return self._native.may_hold(value)


class Sender(BpfMap):
    """A user ring buffer: records go to programs, which take them out with ``drain``."""

    __slots__ = ()

    def send(self, record: Any) -> None:
        """Sends one record: bytes, or the value of a struct that the program uses.

        Raises:
            BufferError: there is no room until a program drains the buffer.
            BpfError: the record never fits.
            TypeError: it is neither bytes nor such a value.
        """
        if self._native.send([record]) != 1:
            raise BufferError(f"{self.name!r} is full until a program drains it")

    def send_all(self, records: Iterable[Any]) -> int:
        """Sends records in one go; how many there was room for, from the first on."""
        return self._native.send(list(records))


class PerCpu(AnyTable):
    """A table whose values are lists, with one value for each possible CPU."""

    __slots__ = ()

    def sum(self, key: Any) -> Any:
        """The sum of all CPUs' values; of structs, of each field.

        Raises:
            TypeError: the values are no numbers.
        """
        return summed(self.name, self[key])

    def sums(self) -> dict[Any, Any]:
        """The sums of all entries, by key."""
        return {key: summed(self.name, values) for key, values in self.items()}


class Programs(AnyTable):
    """Programs by index, for tail calls: stored as ``b.programs[name]``."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        if value is None:
            self._native.delete(key)
            return
        self._native.store_program(key, _native_program(self, value))


def _native_program(table: BpfMap, value: Any) -> _native.Program:
    program: Any = getattr(value, "_native", None)
    if not hasattr(program, "test_run"):
        raise TypeError(
            f"{table.name!r} holds programs: give b.programs[name] or None, "
            f"not {type(value).__name__}"
        )
    return program


class Maps(AnyTable):
    """Maps by key. A map, or a mapping that a new one is filled with, is stored."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        inner = self._native.inner(key)
        if inner is None:
            raise KeyError(key)
        return wrap(inner)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, BpfMap):
            self._native.store_map(key, value._native)
            return
        if not hasattr(value, "items"):
            raise TypeError(
                f"{self.name!r} holds maps: give b[name] or a dictionary, "
                f"not {type(value).__name__}"
            )
        made = wrap(self._native.new_inner())
        for inner_key, inner_value in value.items():
            made[inner_key] = inner_value
        self._native.store_map(key, made._native)

    def _removed(self, key: Any) -> Any:
        inner = self._native.inner(key)
        return wrap(inner) if inner is not None and self._native.delete(key) else None

    def _removed_any(self) -> Any:
        removed = ((key, self._removed(key)) for key in self)
        return next((entry for entry in removed if entry[1] is not None), None)

    def items(self) -> Any:
        """Pairs of key and map."""
        return [(key, self[key]) for key, _ in self._native.items()]

    def values(self) -> Any:
        """The maps."""
        return [inner for _, inner in self.items()]


class Processors(AnyTable):
    """CPUs: room for so many packets in the queue of each.

    Where the map's values are 8 bytes, a pair of that and a program of the section
    ``xdp/cpumap``, which then runs there for each packet, is stored too.
    """

    __slots__ = ()

    _section = "cpumap"

    def _number(self, value: Any) -> Any:
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(value, tuple):
            self._native.update(key, self._number(value))
            return
        number, program = value  # pyright: ignore[reportUnknownVariableType]
        native = _native_program(self, program)
        if native.section.rpartition("/")[2] != self._section:
            raise TypeError(
                f"{self.name!r} runs programs of the section `xdp/{self._section}`, "
                f"not of `{native.section}`"
            )
        with _Opened(native.descriptor()) as descriptor:
            self._native.update(key, self._number(number) | descriptor << 32)


class Devices(Processors):
    """Network interfaces, by name or by index.

    Where the map's values are 8 bytes, a pair of that and a program of the section
    ``xdp/devmap``, which then runs for each packet that is sent there, is stored too.
    """

    __slots__ = ()

    _section = "devmap"

    def _number(self, value: Any) -> Any:
        return socket.if_nametoindex(value) if isinstance(value, str) else value


class Sockets(AnyTable):
    """Sockets: one, or the number of its descriptor, is stored, and the kernel's cookie read."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        self._native.store_descriptor(key, _descriptor(self, value, "sockets"))


class Groups(AnyTable):
    """Control groups, by their folder or an open descriptor of it."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        with _folder(self, value) as descriptor:
            self._native.store_descriptor(key, descriptor)


class Owned(AnyTable):
    """What tasks, sockets, inodes or control groups have.

    The key is the owner: for tasks a process number, for the others an open
    descriptor or an object that has one; for inodes and groups also a path.
    """

    __slots__ = ()

    def _owner(self, owner: Any) -> AbstractContextManager[int]:
        kind = self.type
        if kind == "task_storage" and isinstance(owner, int):
            return _Opened(os.pidfd_open(owner))
        if kind in ("inode_storage", "cgrp_storage"):
            return _folder(self, owner)
        return _Lent(_descriptor(self, owner, "owners"))

    def __getitem__(self, key: Any) -> Any:
        with self._owner(key) as owner:
            value = self._native.lookup(owner)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        with self._owner(key) as owner:
            self._native.update(owner, value)

    def __delitem__(self, key: Any) -> None:
        with self._owner(key) as owner:
            there = self._native.delete(owner)
        if not there:
            raise KeyError(key)

    def _removed(self, key: Any) -> Any:
        with self._owner(key) as owner:
            return self._native.remove(owner)

    def __contains__(self, key: object) -> bool:
        with self._owner(key) as owner:
            return self._native.lookup(owner) is not None


class Arena(BpfMap):
    """Memory that programs and this process share."""

    __slots__ = ()

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of the memory.

        Raises:
            OverflowError: they do not all lie inside.
        """
        return self._native.read_memory(offset, size)

    def write(self, offset: int, data: bytes) -> None:
        """Changes bytes of the memory.

        Raises:
            OverflowError: they do not all lie inside.
        """
        self._native.write_memory(offset, data)


class _Lent:
    """A descriptor that somebody else closes."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __enter__(self) -> int:
        return self.descriptor

    def __exit__(self, *_: object) -> None:
        """Leaves it open."""


class _Opened(_Lent):
    """A descriptor of ours."""

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def _descriptor(table: BpfMap, value: Any, what: str) -> int:
    """The descriptor that a value is or has."""
    if isinstance(value, int):
        return value
    fileno = getattr(value, "fileno", None)
    if callable(fileno):
        return int(fileno())  # pyright: ignore[reportArgumentType]
    raise TypeError(
        f"{table.name!r} holds {what}: give an object with fileno() or a descriptor, "
        f"not {type(value).__name__}"
    )


def _folder(table: BpfMap, value: Any) -> _Lent:
    """A path, opened; or what is open already."""
    if isinstance(value, str | os.PathLike):
        path: str = os.fspath(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return _Opened(os.open(path, os.O_RDONLY))
    return _Lent(_descriptor(table, value, "open files"))


class Operations(BpfMap):
    """A struct of the kernel in which programs of the object stand."""

    __slots__ = ()

    def attach_struct_ops(self) -> None:
        """Gives it to the kernel, which calls its programs until it is taken back.

        Raises:
            BPFError: the kernel refuses it: the name is taken, or a member is missing.
        """
        self._native.attach_struct_ops()

    def detach_struct_ops(self) -> bool:
        """Takes it back; says whether the kernel had it."""
        return self._native.detach_struct_ops()


KINDS: Mapping[str, type[BpfMap]] = {
    "queue": Queue,
    "stack": Queue,
    "bloom_filter": Bloom,
    "user_ringbuf": Sender,
    "percpu_hash": PerCpu,
    "array": Array,
    "percpu_array": PerCpuArray,
    "lru_percpu_hash": PerCpu,
    "percpu_cgroup_storage": PerCpu,
    "stack_trace": Stacks,
    "prog_array": Programs,
    "array_of_maps": Maps,
    "hash_of_maps": Maps,
    "cpumap": Processors,
    "devmap": Devices,
    "devmap_hash": Devices,
    "sockmap": Sockets,
    "sockhash": Sockets,
    "xskmap": Sockets,
    "reuseport_sockarray": Sockets,
    "cgroup_array": Groups,
    "sk_storage": Owned,
    "inode_storage": Owned,
    "task_storage": Owned,
    "cgrp_storage": Owned,
    "arena": Arena,
    "struct_ops": Operations,
}


def wrap(native: _native.Map) -> Any:
    """The wrapper that fits a map's type; a table where none is special."""
    return new(KINDS.get(native.type, AnyTable), native)
