"""TCP connections that are asked for, IPv4 and IPv6: who connects to where.

    sudo python examples/tcpconnect.py
    sudo pythonbpf run examples/tcpconnect.py
"""

import contextlib
import ipaddress
from ctypes import c_uint8, c_uint16, c_uint32
from typing import Annotated, Any

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, pid
from pythonbpf.maps import RingBuffer
from vmlinux import TCP_SYN_SENT


@bpf
@struct
class Connect(Struct):
    pid: Annotated[int, c_uint32]
    family: Annotated[int, c_uint16]
    dport: Annotated[int, c_uint16]
    comm: Annotated[str, str(16)]
    source: Annotated[bytes, c_uint8 * 16]
    target: Annotated[bytes, c_uint8 * 16]


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 20)


@bpf
@section("tracepoint/sock/inet_sock_set_state")
def on_state(ctx: Any) -> int:
    if ctx.newstate != TCP_SYN_SENT:
        return 0
    e = Connect(pid=pid(), family=ctx.family, dport=ctx.dport)
    comm(e.comm)
    # An address of IPv4 is here as IPv6 writes it, ::ffff:10.0.0.1.
    e.source = ctx.saddr_v6
    e.target = ctx.daddr_v6
    events.output(e)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def address(octets: bytes) -> str:
    """An address as people write it."""
    found = ipaddress.IPv6Address(octets)
    return str(found.ipv4_mapped or found)


if __name__ == "__main__":
    print(f"{'PID':>7} {'COMM':16} {'SOURCE':>28} {'TARGET':>28} {'PORT':>5}", flush=True)
    with contextlib.suppress(KeyboardInterrupt), BPF() as b:
        for e in b.events(Connect):
            source, target = address(e.source), address(e.target)
            print(f"{e.pid:7} {e.comm:16} {source:>28} {target:>28} {e.dport:5}", flush=True)
