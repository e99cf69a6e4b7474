# guide: The @bpfglobal decorator marks a function as a BPF global variable definition.
# guide: [@bpfglobal: Usage]
# guide: Every BPF program must declare a license:
# guide: [LICENSE (Required)]
# guide: [Global Variable]
# expect: loads
from pythonbpf import bpf, bpfglobal

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


from ctypes import c_int64, c_void_p

from pythonbpf import section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    return 2
