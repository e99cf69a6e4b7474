# guide: Must be used on top-level functions or classes
from ctypes import c_int64, c_uint32, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


def outer():
    @bpf
    @section("xdp")
    def inner(ctx: c_void_p) -> c_int64:  # error: [not-top-level]
        return 2


class Space:
    @bpf
    @struct
    class Inner:  # error: [not-top-level]
        field: c_uint32


if __name__ == "__main__":

    @bpf
    @map
    def hidden() -> HashMap:  # error: [not-top-level]
        return HashMap(key=c_uint32, value=c_uint32, max_entries=1)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
