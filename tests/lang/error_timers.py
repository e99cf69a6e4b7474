# kernel: 5.15
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import CLOCK_MONOTONIC, bpf_timer, timer_init, timer_start
from pythonbpf.maps import Array, HashMap


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
@map
def others() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1)


@bpf
def ring(m: c_void_p, key: POINTER(c_uint64), alarm: Alarm) -> None:
    alarm.fired += 1


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    own = Alarm()
    timer_init(own.timer, alarms, CLOCK_MONOTONIC)  # error: [object-misplaced]
    alarm = alarms.lookup(0)
    if not alarm:
        return 1
    alarm.timer.init(others, CLOCK_MONOTONIC)  # error: [object-misplaced]
    alarm.timer.set_callback(ring)  # error: [bad-callback]
    alarm.timer.stop()  # error: [unknown-field]
    return timer_start(alarm.fired, 1000)  # error: [type-mismatch]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
