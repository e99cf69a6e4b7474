"""One map of each type that user space reads and writes, and a program that uses them."""

from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.maps import (
    Array,
    ArrayOfMaps,
    CgroupArray,
    CpuMap,
    DevMap,
    DevMapHash,
    HashMap,
    HashOfMaps,
    LPMTrie,
    PerCpuArray,
    ProgArray,
    Queue,
    ReuseportSockArray,
    SkStorage,
    SockHash,
    SockMap,
    Stack,
    XskMap,
)


@bpf
@struct
class Prefix:
    length: c_uint32
    address: c_uint8 * 4


@bpf
@map
def requests() -> Queue:
    return Queue(value=c_uint64, max_entries=4)


@bpf
@map
def answers() -> Stack:
    return Stack(value=c_uint64, max_entries=4)


@bpf
@map
def routes() -> LPMTrie:
    return LPMTrie(key=Prefix, value=c_uint32, max_entries=16)


@bpf
@map
def first() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def tables() -> ArrayOfMaps:
    return ArrayOfMaps(inner=first, max_entries=4, values=[first])


@bpf
@map
def named() -> HashOfMaps:
    return HashOfMaps(key=str(8), inner=Array(value=c_uint64, max_entries=4), max_entries=4)


@bpf
@map
def steps() -> ProgArray:
    return ProgArray(max_entries=4)


@bpf
@map
def devices() -> DevMap:
    return DevMap(max_entries=4)


@bpf
@map
def by_number() -> DevMapHash:
    return DevMapHash(max_entries=4)


@bpf
@map
def processors() -> CpuMap:
    return CpuMap(max_entries=4)


@bpf
@map
def raw_sockets() -> XskMap:
    return XskMap(max_entries=4)


@bpf
@map
def sockets() -> SockMap:
    return SockMap(max_entries=4)


@bpf
@map
def sockets_by_port() -> SockHash:
    return SockHash(key=c_uint32, max_entries=4)


@bpf
@map
def listeners() -> ReuseportSockArray:
    return ReuseportSockArray(max_entries=4)


@bpf
@map
def groups() -> CgroupArray:
    return CgroupArray(max_entries=2)


@bpf
@map
def notes() -> SkStorage:
    return SkStorage(value=c_uint64)


@bpf
@map
def per_cpu() -> PerCpuArray:
    return PerCpuArray(value=c_uint64, max_entries=2)


@bpf
@section("socket")
def answer(ctx: c_void_p) -> c_int64:
    found = 0
    for _i in range(4):
        request = requests.pop()
        if request:
            answers.push(request + 1)
            found += 1
    per_cpu[0] += 1
    return found


@bpf
@section("socket")
def route(ctx: c_void_p) -> c_int64:
    address = Prefix(32, (c_uint8 * 4)(10, 1, 2, 3))
    return routes.get(address, 0)


@bpf
@section("socket")
def nested(ctx: c_void_p) -> c_int64:
    total = 0
    for i in range(4):
        table = tables.lookup(i)
        if table:
            total += table[7]
    name: str(8) = "row"
    row = named.lookup(name)
    if row:
        row[1] += 1
        total += row[0]
    return total


@bpf
@section("socket")
def begin(ctx: c_void_p) -> c_int64:
    steps.tail_call(ctx, 2)
    return 1


@bpf
@section("socket")
def finish(ctx: c_void_p) -> c_int64:
    return 77


@bpf
@section("xdp")
def send(ctx: c_void_p) -> c_int64:
    if 3 in raw_sockets:
        return 2
    if processors.redirect(0) == 4 and devices.get(1) == by_number[7]:
        return devices.redirect(1)
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_getpgid")
def inside(ctx: c_void_p) -> c_int64:
    first[100] = groups.current_task_under(0) + 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    """Loads them."""
    return BPF()
