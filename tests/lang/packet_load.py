"""`ctx.load` copies bytes where the hook has no pointers into the packet."""
# run: copied(data=0x0200000000010200000000020800450000280001000040060000a1b2c3d40a00000230390050000000010000000050120000000000000102) == 41394
# run: short(data=0x02000000000102000000000208004500002800010000400600000a0000010a0000023039005000000001) == 5
# map: seen[1] == 2712847316
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap
from pythonbpf.net import be16, iphdr, ntohl, ntohs


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("socket")
def copied(ctx: c_void_p) -> c_int64:
    # Socket filters see a packet from its network header on.
    address = ctx.load(be16, 12)
    if address is None:
        return 0
    ip = ctx.load(iphdr, 0)
    if not ip:
        return 1
    seen[1] = ntohl(ip.saddr)
    return ntohs(address[0])


@bpf
@section("tc")
def short(ctx: c_void_p) -> c_int64:
    if ctx.load(iphdr, 60000) or ctx.load(be16, ctx.len - 1):
        return 1
    if ctx.load(be16, ctx.len - 2):
        return 5
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
