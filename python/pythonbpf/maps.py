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
    "Arena",
    "Array",
    "ArrayMap",
    "ArrayOfMaps",
    "BloomFilter",
    "CPUMap",
    "CgroupArray",
    "CgroupStorage",
    "CgrpStorage",
    "CpuMap",
    "DevMap",
    "DevMapHash",
    "Hash",
    "HashMap",
    "HashOfMaps",
    "InodeStorage",
    "LPMTrie",
    "LRUHash",
    "LRUPerCPUHash",
    "LRUPerCpuHash",
    "LpmTrie",
    "LruHash",
    "LruPerCpuHash",
    "PerCPUArray",
    "PerCPUCgroupStorage",
    "PerCPUHash",
    "PerCpuArray",
    "PerCpuCgroupStorage",
    "PerCpuHash",
    "PerfEventArray",
    "ProgArray",
    "ProgramArray",
    "Queue",
    "ReuseportSockArray",
    "RingBuf",
    "RingBuffer",
    "SkStorage",
    "SockHash",
    "SockMap",
    "SocketStorage",
    "Stack",
    "StackTrace",
    "StackTraceMap",
    "StructOps",
    "TaskStorage",
    "UserRingBuf",
    "UserRingBuffer",
    "XSKMap",
    "XskMap",
]


class _Definition:
    """What every map type shares: the arguments, and how they are shown."""

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({arguments})"

    def _keep(self, options: dict[str, Any]) -> None:
        known = ("numa_node", "pin", "pinning")
        for name, value in options.items():
            if name not in known:
                raise TypeError(f"{type(self).__name__} has no argument {name!r}")
            setattr(self, name, value)

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
        options: ``numa_node``, and ``pin="by_name"`` for a map that outlives the process.
    """

    def __init__(
        self, key: Any, value: Any, max_entries: int, flags: int = 0, **options: Any
    ) -> None:
        self.key = key
        self.value = value
        self.max_entries = max_entries
        self.flags = flags
        self._keep(options)

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
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def __init__(
        self, value: Any, max_entries: int, key: Any = None, flags: int = 0, **options: Any
    ) -> None:
        self.value = value
        self.max_entries = max_entries
        self.key = key
        self.flags = flags
        self._keep(options)


class PerCpuArray(Array):
    """``BPF_MAP_TYPE_PERCPU_ARRAY``: an array with values of its own for each CPU."""


class RingBuffer(_Definition):
    """``BPF_MAP_TYPE_RINGBUF``: events to user space in order, one buffer for all CPUs.

    Args:
        max_entries: size in bytes: a power of two and a multiple of the page size.
        flags: flags of ``BPF_MAP_CREATE``.
    """

    def __init__(self, max_entries: int, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.flags = flags
        self._keep(options)

    def query(self, flags: int) -> int:
        """What is in the buffer, by ``BPF_RB_AVAIL_DATA`` and the like."""
        self._inside("query")

    def output(self, data: Any, flags: int = 0) -> int:
        """Copies a struct or an integer into the buffer; 0, or a negative error number."""
        self._inside("output")

    def reserve(self, type: Any, flags: int = 0) -> Any:
        """Room for one value of a type, or ``None`` if the buffer is full."""
        self._inside("reserve")

    def reserve_dynptr(self, size: Any, flags: int = 0) -> Any:
        """Room for a record of ``size`` bytes, or of a type: a ``bpf_dynptr`` (5.19)."""
        self._inside("reserve_dynptr")

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
        self,
        key_size: Any = 4,
        value_size: Any = 4,
        max_entries: int = 0,
        flags: int = 0,
        **options: Any,
    ) -> None:
        self.key_size = key_size
        self.value_size = value_size
        self.max_entries = max_entries
        self.flags = flags
        self._keep(options)

    def output(self, data: Any, flags: int = 0) -> int:
        """Copies a struct or an integer into the buffer of this CPU."""
        self._inside("output")


class LPMTrie(HashMap):
    """``BPF_MAP_TYPE_LPM_TRIE``: values by prefix; a lookup finds the longest that fits.

    The key is a struct whose first field, a ``c_uint32``, is the length of the prefix in
    bits; the bits follow, the highest first.
    """


class _Values(_Definition):
    """What is stored without keys."""

    def __init__(self, value: Any, max_entries: int, flags: int = 0, **options: Any) -> None:
        self.value = value
        self.max_entries = max_entries
        self.flags = flags
        self._keep(options)

    def push(self, value: Any, flags: int = 0) -> int:
        """Stores a value; 0, or a negative error number.

        With ``BPF_EXIST`` a full queue or stack drops its oldest.
        """
        self._inside("push")


class Queue(_Values):
    """``BPF_MAP_TYPE_QUEUE``: values that come out in the order in which they went in.

    Args:
        value: type of the values.
        max_entries: how many it holds at most.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def pop(self) -> Any:
        """Takes the next value out: a reference to a copy, or ``None`` if there is none."""
        self._inside("pop")

    def peek(self) -> Any:
        """The next value, which stays in; otherwise like :meth:`pop`."""
        self._inside("peek")


class Stack(Queue):
    """``BPF_MAP_TYPE_STACK``: values that come out last in, first out."""


class BloomFilter(_Values):
    """``BPF_MAP_TYPE_BLOOM_FILTER``: what was added is in it, and seldom what was not.

    Args:
        value: type of the values.
        max_entries: how many there will be, about.
        flags: flags of ``BPF_MAP_CREATE``.
        map_extra: how many hash functions, up to 15; 5 if left out.
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def __init__(
        self, value: Any, max_entries: int, flags: int = 0, map_extra: int = 0, **options: Any
    ) -> None:
        super().__init__(value, max_entries, flags, **options)
        self.map_extra = map_extra

    def add(self, value: Any, flags: int = 0) -> int:
        """Adds a value; 0, or a negative error number."""
        self._inside("add")

    def __contains__(self, value: object) -> bool:
        self._inside("__contains__")


class StackTrace(_Definition):
    """``BPF_MAP_TYPE_STACK_TRACE``: stacks of the kernel or of user space, by number.

    Args:
        max_entries: how many it holds at most.
        depth: how many addresses of each, up to 127.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def __init__(self, max_entries: int, depth: int = 127, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.depth = depth
        self.flags = flags
        self._keep(options)

    def get_stackid(self, ctx: Any, flags: int = 0) -> int:
        """The number of the stack that runs, of user space with ``BPF_F_USER_STACK``.

        Negative if there is none.
        """
        self._inside("get_stackid")


class ProgArray(_Definition):
    """``BPF_MAP_TYPE_PROG_ARRAY``: programs for tail calls.

    Args:
        max_entries: how many it holds at most.
        values: programs of the file that it holds from the start, or ``None`` for none.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``pin="by_name"``.
    """

    def __init__(self, max_entries: int, values: Any = (), flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.values = values
        self.flags = flags
        self._keep(options)

    def tail_call(self, ctx: Any, index: int) -> None:
        """Goes on in the program at an index, and only comes back if there is none."""
        self._inside("tail_call")


class ArrayOfMaps(_Definition):
    """``BPF_MAP_TYPE_ARRAY_OF_MAPS``: maps by index.

    Args:
        inner: what the maps are like: a map type's call, or a map that is defined above.
        max_entries: how many it holds at most.
        values: maps of the file that it holds from the start, or ``None`` for none.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def __init__(
        self, inner: Any, max_entries: int, values: Any = (), flags: int = 0, **options: Any
    ) -> None:
        self.inner = inner
        self.max_entries = max_entries
        self.values = values
        self.flags = flags
        self._keep(options)

    def lookup(self, key: Any) -> Any:
        """The map, which is then used like any other, or ``None`` if there is none."""
        self._inside("lookup")

    def __contains__(self, key: object) -> bool:
        self._inside("__contains__")


class HashOfMaps(ArrayOfMaps):
    """``BPF_MAP_TYPE_HASH_OF_MAPS``: maps by key."""

    def __init__(
        self,
        key: Any,
        inner: Any,
        max_entries: int,
        values: Any = (),
        flags: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(inner, max_entries, values, flags, **options)
        self.key = key


class _Sent(_Definition):
    """What packets are sent to by index."""

    def __init__(self, max_entries: int, value: Any = None, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.value = value
        self.flags = flags
        self._keep(options)

    def redirect(self, key: int, flags: int = 0) -> int:
        """Sends the packet there: ``XDP_REDIRECT``, which the program returns.

        The action in ``flags`` where nothing is.
        """
        self._inside("redirect")


class _Devices(_Sent):
    def get(self, key: Any, default: Any = None) -> Any:
        """The index of the interface, or the default if there is none."""
        self._inside("get")

    def __getitem__(self, key: Any) -> Any:
        self._inside("__getitem__")

    def __contains__(self, key: object) -> bool:
        self._inside("__contains__")


class DevMap(_Devices):
    """``BPF_MAP_TYPE_DEVMAP``: network interfaces by index.

    Args:
        max_entries: how many it holds at most.
        value: ``c_uint32``, or a struct of an index and the descriptor of a program.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``numa_node``, and ``pin="by_name"``.
    """


class DevMapHash(_Devices):
    """``BPF_MAP_TYPE_DEVMAP_HASH``: network interfaces by number."""

    def __init__(
        self,
        max_entries: int,
        value: Any = None,
        key: Any = None,
        flags: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(max_entries, value, flags, **options)
        self.key = key


class CpuMap(_Sent):
    """``BPF_MAP_TYPE_CPUMAP``: processors by number; the value is the length of its queue."""


class XskMap(_Sent):
    """``BPF_MAP_TYPE_XSKMAP``: sockets of ``AF_XDP`` by index."""

    def __init__(self, max_entries: int, flags: int = 0, **options: Any) -> None:
        super().__init__(max_entries, None, flags, **options)

    def __contains__(self, key: object) -> bool:
        self._inside("__contains__")


class _Sockets(_Definition):
    """Sockets by index or by key."""

    def redirect_skb(self, skb: Any, key: Any, flags: int = 0) -> int:
        """In ``sk_skb`` programs: gives the packet to a socket; ``SK_PASS`` or ``SK_DROP``."""
        self._inside("redirect_skb")

    def redirect_msg(self, msg: Any, key: Any, flags: int = 0) -> int:
        """In ``sk_msg`` programs: gives the message to a socket; ``SK_PASS`` or ``SK_DROP``."""
        self._inside("redirect_msg")

    def update_sock(self, skops: Any, key: Any, flags: int = 0) -> int:
        """In ``sockops`` programs: stores the socket."""
        self._inside("update_sock")

    def select(self, reuse: Any, key: Any, flags: int = 0) -> int:
        """In ``sk_reuseport`` programs: gives the packet to a socket; 0 or an error."""
        self._inside("select")


class SockMap(_Sockets):
    """``BPF_MAP_TYPE_SOCKMAP``: sockets by index.

    Args:
        max_entries: how many it holds at most.
        value: ``c_uint64``, or ``c_uint32`` for sockets that user space does not look up.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def __init__(self, max_entries: int, value: Any = None, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.value = value
        self.flags = flags
        self._keep(options)


class SockHash(_Sockets):
    """``BPF_MAP_TYPE_SOCKHASH``: sockets by key."""

    def __init__(
        self, key: Any, max_entries: int, value: Any = None, flags: int = 0, **options: Any
    ) -> None:
        self.key = key
        self.max_entries = max_entries
        self.value = value
        self.flags = flags
        self._keep(options)


class ReuseportSockArray(_Definition):
    """``BPF_MAP_TYPE_REUSEPORT_SOCKARRAY``: sockets that share a port, by index."""

    def __init__(self, max_entries: int, value: Any = None, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.value = value
        self.flags = flags
        self._keep(options)

    def select(self, reuse: Any, key: Any, flags: int = 0) -> int:
        """Gives the packet to a socket; 0, or a negative error number."""
        self._inside("select")


class CgroupArray(_Definition):
    """``BPF_MAP_TYPE_CGROUP_ARRAY``: control groups by index."""

    def __init__(self, max_entries: int, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.flags = flags
        self._keep(options)

    def current_task_under(self, index: int) -> int:
        """Whether the task that runs belongs to the group: 1, 0, or an error."""
        self._inside("current_task_under")

    def skb_under(self, skb: Any, index: int) -> int:
        """Whether the packet's socket belongs to the group: 1, 0, or an error."""
        self._inside("skb_under")


class CgroupStorage(_Definition):
    """``BPF_MAP_TYPE_CGROUP_STORAGE``: what belongs to the group that a program is attached to.

    Args:
        value: type of what it is.
        key: ``c_uint64``, the group, or a struct of the group and the hook.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def __init__(self, value: Any, key: Any = None, flags: int = 0, **options: Any) -> None:
        self.value = value
        self.key = key
        self.flags = flags
        self._keep(options)

    def get(self) -> Any:
        """A reference to it; it is always there."""
        self._inside("get")


class PerCpuCgroupStorage(CgroupStorage):
    """``BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE``: the same, for each CPU of its own."""


class _Owned(_Definition):
    """What an owner has, for as long as the owner is there."""

    def __init__(self, value: Any, flags: int = 0, **options: Any) -> None:
        self.value = value
        self.flags = flags
        self._keep(options)

    def get(self, owner: Any, create: bool = False) -> Any:
        """A reference to what the owner has, or ``None``; with ``create`` it is made."""
        self._inside("get")

    def delete(self, owner: Any) -> int:
        """Takes it away; 0, or a negative error number."""
        self._inside("delete")


class TaskStorage(_Owned):
    """``BPF_MAP_TYPE_TASK_STORAGE``: a value of each task."""


class SkStorage(_Owned):
    """``BPF_MAP_TYPE_SK_STORAGE``: a value of each socket."""


class InodeStorage(_Owned):
    """``BPF_MAP_TYPE_INODE_STORAGE``: a value of each inode."""


class CgrpStorage(_Owned):
    """``BPF_MAP_TYPE_CGRP_STORAGE``: a value of each control group."""


class UserRingBuffer(_Definition):
    """``BPF_MAP_TYPE_USER_RINGBUF``: records from user space to programs.

    Args:
        max_entries: size in bytes: a power of two and a multiple of the page size.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``numa_node``, and ``pin="by_name"``.
    """

    def __init__(self, max_entries: int, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.flags = flags
        self._keep(options)

    def drain(self, callback_fn: Any, ctx: Any = None, flags: int = 0) -> int:
        """Calls ``callback_fn(record, ctx)`` for each record; how many, or a negative error."""
        self._inside("drain")


class Arena(_Definition):
    """``BPF_MAP_TYPE_ARENA``: memory that is mapped into user space, in pages.

    Args:
        max_entries: how many pages.
        flags: flags of ``BPF_MAP_CREATE``.
        options: ``pin="by_name"``.
    """

    def __init__(self, max_entries: int, flags: int = 0, **options: Any) -> None:
        self.max_entries = max_entries
        self.flags = flags
        self._keep(options)


class StructOps(_Definition):
    """``BPF_MAP_TYPE_STRUCT_OPS``: a struct of the kernel in which programs stand.

    Args:
        type: the struct, from ``vmlinux``: ``tcp_congestion_ops``, ``sched_ext_ops``.
        members: programs with ``@section("struct_ops")``, and constants such as ``name``.
    """

    def __init__(self, type: object, **members: Any) -> None:
        self.type = type
        self.members = members


# Other spellings that are about.
Hash = HashMap
ArrayMap = Array
PerCPUHash = PerCpuHash
PerCPUArray = PerCpuArray
LruHash = LRUHash
LruPerCpuHash = LRUPerCPUHash = LRUPerCpuHash
RingBuf = RingBuffer
ProgramArray = ProgArray
StackTraceMap = StackTrace
LpmTrie = LPMTrie
CPUMap = CpuMap
XSKMap = XskMap
PerCPUCgroupStorage = PerCpuCgroupStorage
SocketStorage = SkStorage
UserRingBuf = UserRingBuffer
