"""A perf event array with typed events."""

from ctypes import c_int32, c_int64, c_uint32, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, pid
from pythonbpf.maps import PerfEventArray


@bpf
@struct
class Exec:
    pid: c_uint32
    comm: str(16)


@bpf
@map
def events() -> PerfEventArray:
    return PerfEventArray(key_size=c_int32, value_size=c_int32)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def send(ctx: c_void_p) -> c_int64:
    event = Exec()
    event.pid = pid()
    comm(event.comm)
    events.output(event)
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
