# The kernel's version is what the machine says, an option that it lacks is zero.
# run: version(ctx=0) == 1
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import kconfig


@bpf
@bpfglobal
def LINUX_KERNEL_VERSION() -> c_uint32:
    return kconfig()


@bpf
@section("raw_tp/sys_enter")
def version(ctx: c_void_p) -> c_int64:
    major = LINUX_KERNEL_VERSION >> 16
    return major in (5, 6, 7)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
