from ctypes import c_uint32, c_uint64

from pythonbpf import bpf, bpfglobal, map, struct
from pythonbpf.maps import HashMap


@map  # error: [missing-bpf]
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@struct  # error: [missing-bpf]
class Event:
    pid: c_uint32


@bpfglobal  # error: [missing-bpf]
def LIMIT() -> int:
    return 1


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
