"""A timer that starts itself anew each time it goes off."""

from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import CLOCK_MONOTONIC, bpf_timer, timer_cancel, timer_start
from pythonbpf.maps import Array


@bpf
@struct
class Alarm:
    fired: c_uint64
    timer: bpf_timer


@bpf
@map
def alarms() -> Array:
    return Array(value=Alarm, max_entries=1)


@bpf
def ring(m: c_void_p, key: POINTER(c_uint32), alarm: Alarm) -> None:
    alarm.fired += 1
    timer_start(alarm.timer, 1000000)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    alarm = alarms.lookup(0)
    if not alarm:
        return 1
    alarm.timer.init(alarms, CLOCK_MONOTONIC)
    alarm.timer.set_callback(ring)
    return alarm.timer.start(1000)


@bpf
@section("xdp")
def stop(ctx: c_void_p) -> c_int64:
    alarm = alarms.lookup(0)
    if not alarm:
        return 0
    # It waits for its turn, or has had one and waits for the next.
    return timer_cancel(alarm.timer)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
