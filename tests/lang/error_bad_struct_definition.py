from ctypes import c_uint8, c_uint32

from pythonbpf import bpf, bpfglobal, struct


@bpf
@struct
class Base:
    pid: c_uint32


@bpf
@struct
class Derived(Base):  # error: [bad-struct-definition]
    tid: c_uint32


@bpf
@struct
class Methods:
    pid: c_uint32

    def double(self):  # error: [bad-struct-definition]
        return self.pid * 2


@bpf
@struct
class Defaults:
    pid: c_uint32 = "text"  # error: [bad-struct-definition]


@bpf
@struct
class Twice:
    pid: c_uint32
    pid: c_uint8  # error: [bad-struct-definition]


@bpf
@struct
class Node:
    next: Node  # error: [bad-struct-definition]


@bpf
@struct
class Unknown(Struct):  # error: [bad-struct-definition]
    pid: c_uint32


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
