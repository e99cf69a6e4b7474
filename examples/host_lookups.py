"""Who looks up which host: the C library's `getaddrinfo`, with its first argument.

    sudo python examples/host_lookups.py
    sudo pythonbpf run examples/host_lookups.py
"""

from ctypes import c_char_p, c_uint32, c_void_p
from typing import Annotated

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, pid, probe_read_user_str
from pythonbpf.maps import RingBuffer


@bpf
@struct
class Lookup:
    pid: c_uint32
    comm: Annotated[str, str(16)]
    host: Annotated[str, str(64)]


@bpf
@map
def lookups() -> RingBuffer:
    return RingBuffer(max_entries=65536)


@bpf
@section("uprobe/libc.so.6:getaddrinfo")
def on_lookup(ctx: c_void_p, node: c_char_p) -> int:
    with lookups.reserve(Lookup) as lookup:
        lookup.pid = pid()
        comm(lookup.comm)
        probe_read_user_str(lookup.host, node)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    with BPF() as b:
        print(f"{'PID':>7}  {'COMMAND':16}  HOST")
        for lookup in b["lookups"]:
            print(f"{lookup.pid:7}  {lookup.comm:16}  {lookup.host}")
