"""How long block devices take for a request, as a histogram by powers of two.

    sudo python examples/biolatency.py
    sudo pythonbpf run examples/biolatency.py --duration 5
"""

import time
from ctypes import c_uint64
from typing import Annotated, Any

from pythonbpf import BPF, bpf, bpfglobal, hist, map, section, struct
from pythonbpf.helper import ktime
from pythonbpf.maps import Array, HashMap

SLOTS = 32


@bpf
@struct
class Place:
    sector: c_uint64
    device: c_uint64


@bpf
@map
def issued() -> HashMap:
    return HashMap(key=Place, value=c_uint64, max_entries=10240)


@bpf
@map
def usecs() -> Array:
    return Array(value=c_uint64, max_entries=SLOTS)


@bpf
def log2(value: Annotated[int, c_uint64]) -> int:
    slot = 0
    for shift in (32, 16, 8, 4, 2, 1):
        if value >> shift:
            value >>= shift
            slot += shift
    return slot


@bpf
@section("tracepoint/block/block_rq_issue")
def on_issue(ctx: Any) -> int:
    issued[Place(sector=ctx.sector, device=ctx.dev)] = ktime()
    return 0


@bpf
@section("tracepoint/block/block_rq_complete")
def on_complete(ctx: Any) -> int:
    place = Place(sector=ctx.sector, device=ctx.dev)
    begin = issued.lookup(place)
    if not begin:
        return 0
    slot = usecs.lookup(min(log2((ktime() - begin[0]) // 1000), SLOTS - 1))
    if slot:
        slot[0] += 1
    issued.delete(place)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    with BPF() as b:
        time.sleep(5)
        print(hist(b["usecs"], "usecs"))
