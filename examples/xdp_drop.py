"""Loses one packet in ten of a network interface, and counts both kinds.

Try it on an interface of your own, such as one end of a veth pair:

    sudo ip link add veth0 type veth peer name veth1
    sudo pythonbpf run examples/xdp_drop.py --interface veth0
    sudo python examples/xdp_drop.py veth0
"""

import sys
import time
from ctypes import c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import XDP_DROP, XDP_PASS, random
from pythonbpf.maps import HashMap


@bpf
@bpfglobal
def ONE_IN() -> int:
    return 10


@bpf
@map
def packets() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@section("xdp")
def lose_some(ctx: c_void_p) -> int:
    verdict = XDP_DROP if random() % ONE_IN == 0 else XDP_PASS
    packets[verdict] += 1
    return verdict


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
            counts = b["packets"]
            passed, dropped = counts.get(XDP_PASS, 0), counts.get(XDP_DROP, 0)
            print(f"passed {passed}, dropped {dropped}", flush=True)
    except KeyboardInterrupt:
        b.close()
