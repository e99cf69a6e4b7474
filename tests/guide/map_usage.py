# guide: The @map decorator marks a function as a BPF map definition.
# guide: [@map: Usage]
# run: prog(data=64) == 5
# map: my_map[1] == 18446744073709551615
# map: my_map[2] == null
from pythonbpf import bpf, map
from pythonbpf.maps import HashMap
from ctypes import c_uint32, c_uint64

@bpf
@map
def my_map() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


from ctypes import c_int64, c_void_p

from pythonbpf import bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    my_map.update(1, 0xFFFFFFFFFFFFFFFF)
    my_map.update(2, 5)
    value = my_map.lookup(2)
    if value:
        five = value + 0
        my_map.delete(2)
        return five
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
