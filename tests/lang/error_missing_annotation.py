from ctypes import c_uint32

from pythonbpf import bpf, bpfglobal


@bpf
def first(a):  # error: [missing-annotation]
    return a


@bpf
def second(a: c_uint32):  # error: [missing-annotation]
    return a


@bpf
@bpfglobal
def NEITHER_INT_NOR_TEXT():  # error: [missing-annotation]
    return b"bytes"


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
