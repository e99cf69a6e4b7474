# expect: loads
# run: ingress(data=64) == 1
# run: outside(data=64) == 0
# run: computed(data=64) == 2
# map: seen[0] == 3
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import random
from pythonbpf.maps import Array


@bpf
@map
def seen() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
def verdict(a: c_uint64) -> c_uint64:
    seen[0] += 1
    return a


@bpf
@section("cgroup_skb/ingress")
def ingress(ctx: c_void_p) -> c_int64:
    return verdict(seen[0] + 1)


@bpf
@section("cgroup_skb/ingress")
def outside(ctx: c_void_p) -> c_int64:
    return verdict(seen[0] + 1)


@bpf
@section("cgroup_skb/egress")
def computed(ctx: c_void_p) -> c_int64:
    return verdict(seen[0]) & 3


@bpf
@section("cgroup/sock_create")
def any_number(ctx: c_void_p) -> c_int64:
    if random() > 5:
        return random()
    allowed = 1
    if random() & 1:
        allowed = 0
    return allowed


@bpf
@section("cgroup/recvmsg4")
def always(ctx: c_void_p) -> c_uint32:
    return random()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
