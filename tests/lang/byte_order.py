"""Numbers in network byte order: turned, compared, kept as they are."""
# run: prog(data=64) == 9
# map: seen[1] == 8080
# map: seen[2] == 36895
# map: seen[3] == 16777343
# map: seen[4] == 2130706433
# map: seen[5] == 72623859790382856
from ctypes import c_int64, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap
from pythonbpf.net import be16, be32, be64, htonl, htonll, htons, ntohl, ntohll, ntohs


@bpf
@struct
class Peer:
    port: be16
    address: be32
    id: be64


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    n = 0
    number = c_uint16(ctx.len + 8016)
    peer = Peer(port=htons(number), address=htonl(0x7F000001))
    peer.id = htonll(0x0102030405060708)
    seen[1] = ntohs(peer.port)
    seen[2] = c_uint16(peer.port)
    seen[3] = c_uint32(peer.address)
    seen[4] = ntohl(peer.address)
    seen[5] = ntohll(peer.id)
    if peer.port == htons(8080):
        n += 1
    if peer.port in (htons(80), htons(8080)):
        n += 2
    if peer.address and peer.address != 0:
        n += 4
    raw = be16(36895)
    if raw == peer.port and raw != htons(36895):
        n += 2
    return n


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
