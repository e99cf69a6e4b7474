"""How long `read` takes, as a histogram by powers of two, counted on each CPU apart.

    sudo python examples/read_latency.py [PID]
    sudo pythonbpf run examples/read_latency.py --duration 5
"""

import sys
import time
from ctypes import c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import ktime, pid, tid
from pythonbpf.maps import LruHash, PerCpuArray

SLOTS = 40


@bpf
@bpfglobal
def TARGET() -> Annotated[int, c_uint32]:
    return 0


@bpf
@map
def started() -> LruHash:
    return LruHash(key=c_uint32, value=c_uint64, max_entries=10240)


@bpf
@map
def histogram() -> PerCpuArray:
    return PerCpuArray(value=c_uint64, max_entries=SLOTS)


@bpf
def log2(value: Annotated[int, c_uint64]) -> int:
    slot = 0
    for shift in (32, 16, 8, 4, 2, 1):
        if value >> shift:
            value >>= shift
            slot += shift
    return slot


@bpf
@section("tracepoint/syscalls/sys_enter_read")
def on_enter(ctx: c_void_p) -> int:
    if TARGET and pid() != TARGET:
        return 0
    started[tid()] = ktime()
    return 0


@bpf
@section("tracepoint/syscalls/sys_exit_read")
def on_exit(ctx: c_void_p) -> int:
    thread = tid()
    begin = started.lookup(thread)
    if not begin:
        return 0
    slot = histogram.lookup(min(log2(ktime() - begin[0]), SLOTS - 1))
    if slot:
        slot[0] += 1
    started.delete(thread)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def picture(counts: list[int]) -> str:
    """Bars beside the counts, from the first slot that has any to the last."""
    used = [slot for slot, count in enumerate(counts) if count]
    if not used:
        return "nothing was read"
    most = max(counts)
    lines = [f"{'nanoseconds':>24} : count"]
    for slot in range(used[0], used[-1] + 1):
        bar = "*" * round(40 * counts[slot] / most)
        lines.append(f"{1 << slot:>11} -> {(2 << slot) - 1:<11}: {counts[slot]:<8} |{bar}")
    return "\n".join(lines)


if __name__ == "__main__":
    b = BPF()
    if len(sys.argv) > 1:
        b.globals.TARGET = int(sys.argv[1])
    with b:
        time.sleep(5)
        print(picture([sum(values) for values in b["histogram"].values()]))
