# kernel: 6.12
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import (
    BPF_F_MMAPABLE,
    BPF_F_NO_PREALLOC,
    get_current_task,
    map_push_elem,
    redirect_map,
)
from pythonbpf.maps import (
    Array,
    ArrayOfMaps,
    BloomFilter,
    DevMap,
    HashMap,
    HashOfMaps,
    LPMTrie,
    LRUHash,
    ProgArray,
    Queue,
    RingBuffer,
    StackTrace,
    TaskStorage,
)


@bpf
@struct
class NoPrefix:
    address: c_uint64
    length: c_uint32


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@map
def other() -> HashMap:
    return HashMap(key=c_uint64, value=c_uint64, max_entries=4)


@bpf
@map
def queue() -> Queue:
    return Queue(value=c_uint64, max_entries=4)


@bpf
@map
def bloom() -> BloomFilter:
    return BloomFilter(value=c_uint64, max_entries=4)


@bpf
@map
def devices() -> DevMap:
    return DevMap(max_entries=4)


@bpf
@map
def stacks() -> StackTrace:
    return StackTrace(max_entries=4)


@bpf
@map
def tasks() -> TaskStorage:
    return TaskStorage(value=c_uint64)


@bpf
@map
def nested() -> ArrayOfMaps:
    return ArrayOfMaps(inner=table, max_entries=2)


@bpf
@map
def prefixes() -> LPMTrie:
    return LPMTrie(key=NoPrefix, value=c_uint64, max_entries=4)  # error: [bad-map-definition]


@bpf
@map
def flagged() -> LRUHash:
    return LRUHash(key=c_uint32, value=c_uint64, max_entries=4, flags=BPF_F_NO_PREALLOC)  # error: [bad-map-definition]


@bpf
@map
def mapped() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4, flags=BPF_F_MMAPABLE)  # error: [bad-map-definition]


@bpf
@map
def pinned() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4, pin="here")  # error: [bad-map-definition]


@bpf
@map
def deep() -> StackTrace:
    return StackTrace(max_entries=4, depth=128)  # error: [bad-map-definition]


@bpf
@map
def hashed() -> BloomFilter:
    return BloomFilter(value=c_uint64, max_entries=4, map_extra=16)  # error: [bad-map-definition]


@bpf
@map
def rings() -> ArrayOfMaps:
    return ArrayOfMaps(inner=RingBuffer(max_entries=4096), max_entries=4)  # error: [bad-map-definition]


@bpf
@map
def unlike() -> ArrayOfMaps:
    return ArrayOfMaps(inner=table, max_entries=4, values=[table, other])  # error: [bad-map-definition]


@bpf
@map
def too_many() -> ArrayOfMaps:
    return ArrayOfMaps(inner=table, max_entries=1, values=[table, None])  # error: [bad-map-definition]


@bpf
@map
def texts() -> HashOfMaps:
    return HashOfMaps(key=str(8), inner=table, max_entries=1, values=[table])  # error: [bad-map-definition]


@bpf
@map
def early() -> ArrayOfMaps:
    return ArrayOfMaps(inner=later, max_entries=4)  # error: [bad-map-definition]


@bpf
@map
def later() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@map
def programs() -> ProgArray:
    return ProgArray(max_entries=4, values=[table])  # error: [bad-map-definition]


@bpf
@map
def one() -> ProgArray:
    return ProgArray(max_entries=4, values=prog)  # error: [bad-map-definition]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    queue.lookup(1)  # error: [map-operation]
    queue[1] = 1  # error: [map-operation]
    x = 1 in queue  # error: [map-operation]
    bloom.pop()  # error: [map-operation]
    del bloom[1]  # error: [map-operation]
    devices[1] = 2  # error: [map-operation]
    devices.lookup(1)  # error: [map-operation]
    nested[1] = 2  # error: [map-operation]
    nested.get(1)  # error: [map-operation]
    table.push(1)  # error: [map-operation]
    map_push_elem(table, 1, 0)  # error: [map-operation]
    redirect_map(table, 1, 0)  # error: [map-operation]
    queue.push()  # error: [wrong-arguments]
    queue.push("x")  # error: [type-mismatch]
    inner = nested.lookup(0)
    inner[1] = 2  # error: [null-pointer]
    if inner:
        inner.push(1)  # error: [map-operation]
    for key in queue:  # error: [map-operation]
        pass
    for key in devices:  # error: [map-operation]
        pass
    stacks.get_stackid(1)  # error: [helper-not-allowed, type-mismatch]
    tasks.get(5)  # error: [type-mismatch]
    tasks.get(get_current_task())  # error: [type-mismatch]
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
