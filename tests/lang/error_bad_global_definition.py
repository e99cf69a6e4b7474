from ctypes import c_bool, c_uint8, c_uint32

from pythonbpf import bpf, bpfglobal
from pythonbpf.helper import ktime


@bpf
@bpfglobal
def COMPUTED() -> int:  # error: [bad-global-definition]
    base = 3
    return base


@bpf
@bpfglobal
def AT_RUN_TIME() -> int:
    return ktime()  # error: [bad-global-definition]


@bpf
@bpfglobal
def TEXT_FOR_NUMBER() -> c_uint32:
    return "three"  # error: [bad-global-definition]


@bpf
@bpfglobal
def NUMBER_FOR_TEXT() -> str:
    return 3  # error: [bad-global-definition]


@bpf
@bpfglobal
def OTHER_TYPE() -> c_uint8:
    return c_uint32(3)  # error: [bad-global-definition]


@bpf
@bpfglobal
def NOTHING() -> c_bool:  # error: [bad-global-definition]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
