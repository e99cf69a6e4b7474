# run: prog(data=64) == 15
from ctypes import c_uint32, c_uint64

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@bpfglobal
def NUMBER():  # warning: [implicit-annotation]
    return 15


@bpf
@map
def table():  # warning: [implicit-annotation]
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4)


@bpf
@section("xdp")
def prog(ctx):  # warning: [implicit-annotation]
    return NUMBER


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
