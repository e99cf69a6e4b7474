# guide: Maps are BPF data structures used to:
# guide: Store state between BPF program invocations
# guide: Communicate data between BPF programs
# guide: Share data with userspace
# run: writer(data=64) == 1
# run: writer(data=64) == 2
# run: writer(data=64) == 3
# run: reader(data=64) == 3
# map: state[7] == 3
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def state() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("xdp")
def writer(ctx: c_void_p) -> c_int64:
    count = state.lookup(7)
    if count:
        now = count + 1
        state.update(7, now)
        return now
    state.update(7, c_uint64(1))
    return 1


@bpf
@section("xdp")
def reader(ctx: c_void_p) -> c_int64:
    count = state.lookup(7)
    if count:
        return count
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
