"""Numbers in network byte order are not taken for others."""
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.net import be16, be32, htonl, htons, ntohs


@bpf
@struct
class Seen:
    port: be16
    address: be32
    number: c_uint32


@bpf
@section("tc")
def prog(ctx: c_void_p) -> c_int64:
    seen = Seen()
    if ctx.protocol == 0x0800:  # error: [byte-order]
        return 1
    if ctx.protocol > htons(0x0800):  # error: [byte-order]
        return 2
    if ctx.protocol == htonl(0x0800):  # error: [byte-order]
        return 3
    seen.port = 80  # error: [byte-order]
    seen.number = seen.address  # error: [byte-order]
    print(seen.port)  # error: [byte-order]
    seen.port = htons(ctx.protocol)  # error: [byte-order]
    return ntohs(seen.address) + ctx.protocol  # error: [byte-order]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
