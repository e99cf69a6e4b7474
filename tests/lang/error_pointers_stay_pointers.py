from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm
from pythonbpf.maps import HashMap, PerfEventArray, RingBuffer


@bpf
@struct
class Record:
    where: c_void_p
    name: str(16)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@map
def events() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint32, value_size=c_uint32)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@bpfglobal
def constant() -> Record:
    return Record()


@bpf
def address(where: c_void_p) -> c_uint64:
    return int(where) * 3


@bpf
@section("tracepoint/syscalls/sys_enter_getpid")
def prog(ctx: c_void_p) -> c_int64:
    record = Record()
    record.where = ctx  # error: [type-mismatch]
    x = int(c_void_p(ctx))  # error: [type-mismatch]
    y = address(ctx)  # error: [type-mismatch]
    counts[1] = ctx  # error: [type-mismatch]
    found = counts.lookup(1)
    if found:
        z = c_void_p(found)  # error: [type-mismatch]
    comm(constant.name)  # error: [assign-to-constant]
    ctx = None  # error: [type-mismatch]
    events.output(record)
    ring.output(ctx)  # error: [type-mismatch]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
