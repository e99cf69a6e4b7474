# kernel: 5.13
# run: prog(data=64) == 2
# prints: ["127.0.0.1 127.0.0.1", "fe80:0000:0000:0000:0000:0000:0000:0001", "127.000.000.001!"]
"""The kernel's own formats print network addresses."""

from ctypes import c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct


@bpf
@struct
class Packet:
    source: c_uint8 * 4
    source6: c_uint8 * 16
    number: c_uint32


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    packet = Packet()
    packet.source[0] = 127
    packet.source[3] = 1
    packet.source6[0] = 0xFE
    packet.source6[1] = 0x80
    packet.source6[15] = 1
    packet.number = 0x0100007F
    print(f"{packet.source:pI4} {packet.number:pI4}")
    print(f"{packet.source6:pI6}")
    print(f"{packet.source:pi4}!")
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
