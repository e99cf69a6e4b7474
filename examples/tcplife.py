"""TCP connections that end: between which addresses, how many bytes, and how long they lived.

    sudo python examples/tcplife.py
    sudo pythonbpf run examples/tcplife.py

Bytes are those that programs sent and received, without headers and repeats.
"""

import contextlib
import ipaddress
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64
from typing import Annotated, Any

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, ktime, pid
from pythonbpf.maps import HashMap, RingBuffer
from vmlinux import (
    SOCK_DONE,
    TCP_CLOSE,
    TCP_FIN_WAIT1,
    TCP_LAST_ACK,
    TCP_SYN_RECV,
    TCP_SYN_SENT,
    tcp_sock,
)


@bpf
@struct
class Birth:
    at: c_uint64
    pid: c_uint32
    comm: Annotated[str, str(16)]


@bpf
@struct
class Life(Struct):
    sent: Annotated[int, c_uint64]
    received: Annotated[int, c_uint64]
    lived: Annotated[int, c_uint64]
    pid: Annotated[int, c_uint32]
    sport: Annotated[int, c_uint16]
    dport: Annotated[int, c_uint16]
    comm: Annotated[str, str(16)]
    source: Annotated[bytes, c_uint8 * 16]
    target: Annotated[bytes, c_uint8 * 16]


@bpf
@map
def births() -> HashMap:
    return HashMap(key=c_uint64, value=Birth, max_entries=10240)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 20)


@bpf
@section("tracepoint/sock/inet_sock_set_state")
def on_state(ctx: Any) -> int:
    sock = c_uint64(ctx.skaddr)
    state = ctx.newstate
    if state == TCP_SYN_SENT or state == TCP_SYN_RECV:
        birth = Birth(at=ktime())
        births[sock] = birth
    # Who connects, or lets go, runs now; whatever packet came in is handled by anyone.
    if state == TCP_SYN_SENT or state == TCP_FIN_WAIT1 or state == TCP_LAST_ACK:
        known = births.lookup(sock)
        if known and not known.pid:
            known.pid = pid()
            comm(known.comm)
    if state != TCP_CLOSE:
        return 0
    born = births.lookup(sock)
    if not born:
        return 0
    tcp = tcp_sock(sock)
    e = Life(pid=born.pid, comm=born.comm, lived=ktime() - born.at)
    e.sport = ctx.sport
    e.dport = ctx.dport
    e.source = ctx.saddr_v6
    e.target = ctx.daddr_v6
    e.sent = tcp.bytes_sent - tcp.bytes_retrans
    # The mark of the other end's last packet counts as a byte.
    flags = tcp.inet_conn.icsk_inet.sk.__sk_common.skc_flags
    e.received = tcp.bytes_received - ((flags >> SOCK_DONE) & 1)
    events.output(e)
    births.delete(sock)
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
    title = f"{'HERE':>24} {'THERE':>24} {'SENT':>9} {'RECEIVED':>9} {'MS':>9}"
    print(f"{'PID':>7} {'COMM':16} {title}", flush=True)
    with contextlib.suppress(KeyboardInterrupt), BPF() as b:
        for e in b.events(Life):
            here = f"{address(e.source)}:{e.sport}"
            there = f"{address(e.target)}:{e.dport}"
            print(
                f"{e.pid:7} {e.comm:16} {here:>24} {there:>24} "
                f"{e.sent:9} {e.received:9} {e.lived / 1e6:9.2f}",
                flush=True,
            )
