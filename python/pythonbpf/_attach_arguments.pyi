"""What may be said of where a program attaches; for type checkers alone."""

import os
from typing import Literal, Protocol

from typing_extensions import TypedDict

class HasFileno(Protocol):
    """A socket."""

    def fileno(self) -> int: ...

class AttachArguments(TypedDict, total=False):
    """The keyword arguments of ``attach``, ``attach_all`` and ``iter``."""

    interface: str | int | None
    """XDP, traffic control, netkit: the network interface, by name or index."""
    mode: Literal["generic", "native", "offload"] | None
    """XDP: how the interface runs it; by default as well as it can."""
    cgroup: str | os.PathLike[str] | None
    """cgroup programs and iterators: the folder of the control group."""
    netns: str | os.PathLike[str] | None
    """sk_lookup, flow_dissector: a network namespace, by file or name; by default the caller's."""
    pid: int | None
    """User probes, perf events, iterators: the one process that is looked at."""
    path: str | os.PathLike[str] | None
    """User probes: the program or library; lirc_mode2: the device."""
    symbol: str | None
    """Function, pattern, system call, ``category/event`` or ``provider:marker``, instead of the
    section's."""
    offset: int | None
    """Bytes behind the function, or into the file without one."""
    cookie: int | None
    """What ``get_attach_cookie`` gives in the program."""
    event: str | None
    """perf_event: what is counted, ``cpu_clock`` by default."""
    frequency: int | None
    """perf_event: samples a second, 99 by default for clocks."""
    period: int | None
    """perf_event: events from one sample to the next, 1 by default for other events."""
    cpu: int | None
    """perf_event: the one CPU that is looked at."""
    map: str | None
    """sk_skb, sk_msg: the map of sockets; iterators: the map that they go over."""
    socket: int | HasFileno | None
    """socket, sk_reuseport: the socket, or its descriptor."""
    hook: Literal["pre_routing", "local_in", "forward", "local_out", "post_routing"] | None
    """netfilter: where."""
    family: Literal["ipv4", "ipv6"] | None
    """netfilter: which packets; ``ipv4`` by default."""
    priority: int | None
    """netfilter: the order among its programs; the least comes first."""
