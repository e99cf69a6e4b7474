"""Counts the bytes that each socket sends through an interface.

    sudo python examples/tc_sockets.py eth0
"""

import sys
import time
from ctypes import c_uint64
from typing import Any

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import TC_ACT_OK, get_socket_cookie
from pythonbpf.maps import LRUHash


@bpf
@map
def bytes_sent() -> LRUHash:
    return LRUHash(key=c_uint64, value=c_uint64, max_entries=4096)


@bpf
@section("tc/egress")
def count(ctx: Any) -> int:
    bytes_sent[get_socket_cookie(ctx)] += ctx.len
    return TC_ACT_OK


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} INTERFACE")
    b = BPF()
    b.load_and_attach(interface=sys.argv[1])
    try:
        while True:
            time.sleep(1)
            print(dict(b["bytes_sent"]), flush=True)
    except KeyboardInterrupt:
        b.close()
