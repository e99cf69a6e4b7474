"""Numbers of 8 and 16 bits, which wrap."""

from ctypes import c_int64, c_uint8, c_uint16, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@bpfglobal
def BYTE() -> c_uint8:
    return c_uint8(200)


@bpf
@bpfglobal
def WORD() -> c_uint16:
    return c_uint16(60000)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    byte: c_uint8 = BYTE + 100
    word: c_uint16 = WORD * 3
    byte += c_uint8(word)
    word -= byte
    if byte > 100:
        word ^= 0x1234
    return word + byte


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
