# kernel: 6.12
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from vmlinux import bpf_cpumask_create


@bpf
@section("syscall")
def masks(ctx: c_void_p) -> c_int64:
    with bpf_cpumask_create() as mask:  # error: [helper-needs-gpl]
        return 1  # error: [helper-needs-gpl]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "Proprietary"
