# kernel: 5.11
from ctypes import c_bool, c_int64, c_uint8, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import kconfig, this_cpu_ptr
from vmlinux import runqueues, task_struct


@bpf
@bpfglobal
def LINUX_KERNEL_VERSION() -> c_bool:  # error: [bad-global-definition]
    return kconfig()


@bpf
@bpfglobal
def HZ() -> c_uint32:  # error: [bad-global-definition]
    return kconfig()


@bpf
@bpfglobal
def CONFIG_HZ() -> c_uint32:
    return kconfig(100)  # error: [wrong-arguments]


@bpf
@bpfglobal
def CONFIG_BPF():  # error: [missing-annotation]
    return kconfig()


@bpf
@bpfglobal
def CONFIG_NR_CPUS() -> c_uint32:
    return kconfig(optional=True)


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    global CONFIG_NR_CPUS  # error: [assign-to-constant]
    CONFIG_NR_CPUS += 1  # error: [assign-to-constant]
    this_cpu_ptr(task_struct)  # error: [type-mismatch]
    number = runqueues  # error: [type-mismatch]
    small: c_uint8 = this_cpu_ptr(CONFIG_NR_CPUS)  # error: [type-mismatch]
    return small + number


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
