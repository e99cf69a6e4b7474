# run: prog(data=64) == 1
# map: out[0] == 1
# map: out[1] == 12
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array, CgroupStorage, PerCpuCgroupStorage


@bpf
@struct
class Count:
    packets: c_uint64
    bytes: c_uint64


@bpf
@map
def counts() -> CgroupStorage:
    return CgroupStorage(value=Count)


@bpf
@map
def fast() -> PerCpuCgroupStorage:
    return PerCpuCgroupStorage(value=c_uint64)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("cgroup_skb/ingress")
def prog(ctx: c_void_p) -> c_int64:
    """What belongs to the group and hook that a program is attached to is always there."""
    count = counts.get()
    count.packets += 1
    out[0] = count.packets
    mine = fast.get()
    mine[0] += 12
    out[1] = mine
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
