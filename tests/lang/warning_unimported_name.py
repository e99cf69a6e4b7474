# run: prog(data=64) == 2
from pythonbpf import bpf, bpfglobal, map, section


@bpf
@map
def table() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint32, max_entries=4)  # warning: [unimported-name, unimported-name]


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:  # warning: [unimported-name, unimported-name]
    table.update(1, c_uint32(5))
    return XDP_PASS  # warning: [unimported-name]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
