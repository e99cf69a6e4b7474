"""Map types, for the functions under ``@map``.

A map is declared by calling its type::

    @bpf
    @map
    def counts() -> HashMap:
        return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)

The compiler reads that from the source. Under CPython the call makes a plain
record of its arguments, and the operations, which exist for editors and type
checkers, say that they run inside BPF programs. From user space a map is
reached through :class:`pythonbpf.BPF`: ``b["counts"]``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

__all__ = [
    "Array",
    "ArrayMap",
    "Hash",
    "HashMap",
    "LRUHash",
    "LRUPerCPUHash",
    "LRUPerCpuHash",
    "LruHash",
    "LruPerCpuHash",
    "PerCPUArray",
    "PerCPUHash",
    "PerCpuArray",
    "PerCpuHash",
    "PerfEventArray",
    "RingBuf",
    "RingBuffer",
]


class _Definition:
    """What every map type shares: the arguments, and how they are shown."""

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({arguments})"

    def _inside(self, operation: str) -> NoReturn:
        raise RuntimeError(
            f"{type(self).__name__}.{operation} runs inside BPF programs; "
            "from user space use b[name], where b is a loaded BPF object"
        )


class _Fixed(_Definition):
    """Operations of maps whose entries are all there from the start."""

    max_entries: int

    def lookup(self, key: Any) -> Any:
        """The value's address, or ``None`` if there is no such entry."""
        self._inside("lookup")

    def get(self, key: Any, default: Any = None) -> Any:
        """The value, or the default if there is no such entry."""
        self._inside("get")

    def update(self, key: Any, value: Any, flags: int = 0) -> int:
        """Stores a value; 0, or a negative error number."""
        self._inside("update")

    def keys(self) -> Iterator[Any]:
        """The keys, to loop over."""
        self._inside("keys")

    def values(self) -> Iterator[Any]:
        """The addresses of the values, to loop over."""
        self._inside("values")

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Keys and addresses of values, to loop over."""
        self._inside("items")

    def __iter__(self) -> Iterator[Any]:
        self._inside("__iter__")

    def __len__(self) -> int:
        return self.max_entries

    def __getitem__(self, key: Any) -> Any:
        self._inside("__getitem__")

    def __setitem__(self, key: Any, value: Any) -> None:
        self._inside("__setitem__")

    def __contains__(self, key: object) -> bool:
        self._inside("__contains__")


class HashMap(_Fixed):
    """``BPF_MAP_TYPE_HASH``: values by key, shared by all CPUs.

    Args:
        key: type of the keys: an integer of :mod:`ctypes`, a struct, an array or ``str(N)``.
        value: type of the values, likewise.
        max_entries: how many entries it holds at most.
        flags: flags of ``BPF_MAP_CREATE``, such as ``BPF_F_NO_PREALLOC``.
    """

    def __init__(self, key: Any, value: Any, max_entries: int, flags: int = 0) -> None:
        self.key = key
        self.value = value
        self.max_entries = max_entries
        self.flags = flags

    def delete(self, key: Any) -> int:
        """Removes an entry; 0, or a negative error number."""
        self._inside("delete")

    def __delitem__(self, key: Any) -> None:
        self._inside("__delitem__")


class LRUHash(HashMap):
    """``BPF_MAP_TYPE_LRU_HASH``: a hash map that drops what was not used for longest."""


class PerCpuHash(HashMap):
    """``BPF_MAP_TYPE_PERCPU_HASH``: a hash map with a value of its own for each CPU."""


class LRUPerCpuHash(HashMap):
    """``BPF_MAP_TYPE_LRU_PERCPU_HASH``: both of these."""


class Array(_Fixed):
    """``BPF_MAP_TYPE_ARRAY``: values by index from 0, all zero at the start.

    Args:
        value: type of the values.
        max_entries: how many there are.
        key: type of the index, which is always 32 bits.
        flags: flags of ``BPF_MAP_CREATE``.
    """

    def __init__(self, value: Any, max_entries: int, key: Any = None, flags: int = 0) -> None:
        self.value = value
        self.max_entries = max_entries
        self.key = key
        self.flags = flags


class PerCpuArray(Array):
    """``BPF_MAP_TYPE_PERCPU_ARRAY``: an array with values of its own for each CPU."""


class RingBuffer(_Definition):
    """``BPF_MAP_TYPE_RINGBUF``: events to user space in order, one buffer for all CPUs.

    Args:
        max_entries: size in bytes: a power of two and a multiple of the page size.
        flags: flags of ``BPF_MAP_CREATE``.
    """

    def __init__(self, max_entries: int, flags: int = 0) -> None:
        self.max_entries = max_entries
        self.flags = flags

    def output(self, data: Any, flags: int = 0) -> int:
        """Copies a struct or an integer into the buffer; 0, or a negative error number."""
        self._inside("output")

    def reserve(self, type: Any, flags: int = 0) -> Any:
        """Room for one value of a type, or ``None`` if the buffer is full."""
        self._inside("reserve")

    def submit(self, data: Any, flags: int = 0) -> None:
        """Hands a reserved value to user space."""
        self._inside("submit")

    def discard(self, data: Any, flags: int = 0) -> None:
        """Gives a reserved value back unsent."""
        self._inside("discard")


class PerfEventArray(_Definition):
    """``BPF_MAP_TYPE_PERF_EVENT_ARRAY``: events to user space, one buffer for each CPU.

    Args:
        key_size: size of the index, which is always 4 bytes; may be given as a type too.
        value_size: size of a descriptor, likewise.
        max_entries: number of CPUs; left out, as many as the machine has.
        flags: flags of ``BPF_MAP_CREATE``.
    """

    def __init__(
        self, key_size: Any = 4, value_size: Any = 4, max_entries: int = 0, flags: int = 0
    ) -> None:
        self.key_size = key_size
        self.value_size = value_size
        self.max_entries = max_entries
        self.flags = flags

    def output(self, data: Any, flags: int = 0) -> int:
        """Copies a struct or an integer into the buffer of this CPU."""
        self._inside("output")


# Other spellings that are about.
Hash = HashMap
ArrayMap = Array
PerCPUHash = PerCpuHash
PerCPUArray = PerCpuArray
LruHash = LRUHash
LruPerCpuHash = LRUPerCPUHash = LRUPerCpuHash
RingBuf = RingBuffer
