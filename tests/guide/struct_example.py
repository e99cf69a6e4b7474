# guide: [@struct: Example]
# expect: loads
# As written: `comm` is not among the guide's imports.
from pythonbpf import bpf, struct, map, section
from pythonbpf.maps import RingBuffer
from pythonbpf.helper import pid, ktime
from ctypes import c_void_p, c_int64, c_uint64, c_uint32

@bpf
@struct
class ProcessEvent:
    timestamp: c_uint64
    pid: c_uint32
    comm: str(16)

@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def track_processes(ctx: c_void_p) -> c_int64:
    event = ProcessEvent()
    event.timestamp = ktime()
    event.pid = pid()
    comm(event.comm) # Fills event.comm with process name  # warning: [unimported-name]
    events.output(event)
    return 0


from pythonbpf import bpfglobal


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
