"""Maps and events of all kinds of types, for what user space makes of them."""

from ctypes import c_bool, c_int16, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import smp_processor_id
from pythonbpf.maps import Array, HashMap, PerCpuArray, PerCpuHash, RingBuffer


@bpf
@struct
class Key:
    port: c_uint32
    kind: c_int16
    on: c_bool


@bpf
@struct
class Value:
    count: c_uint64
    name: str(16)
    bytes: c_uint8 * 6
    least: c_int64


@bpf
@struct
class Small:
    number: c_uint32
    cpu: c_uint32


@bpf
@struct
class Large:
    number: c_uint64
    name: str(16)


@bpf
@map
def structs() -> HashMap:
    return HashMap(key=Key, value=Value, max_entries=100)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint64, value=c_uint64, max_entries=1_000_000)


@bpf
@map
def slots() -> Array:
    return Array(value=c_uint32, max_entries=5)


@bpf
@map
def each_cpu() -> PerCpuArray:
    return PerCpuArray(value=c_uint32, max_entries=3)


@bpf
@map
def cpu_counts() -> PerCpuHash:
    return PerCpuHash(key=c_uint32, value=Small, max_entries=16)


@bpf
@map
def mixed() -> RingBuffer:
    return RingBuffer(max_entries=1024 * 1024)


@bpf
@section("xdp")
def send_both(ctx: c_void_p) -> c_int64:
    slots[0] += 1
    mixed.output(Small(number=slots[0], cpu=smp_processor_id()))
    large = Large(number=slots[0])
    large.name = "large"
    mixed.output(large)
    return 2


@bpf
@section("xdp")
def count_cpu(ctx: c_void_p) -> c_int64:
    each_cpu[1] += 7
    return 2


@bpf
@section("xdp")
def churn(ctx: c_void_p) -> c_int64:
    slots[1] += 1
    counts[slots[1] % 4096] = 1
    counts.delete((slots[1] + 2048) % 4096)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
