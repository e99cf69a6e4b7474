from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    f = lambda x: x + 1  # error: [unsupported-expression]
    a = [i for i in range(3)]  # error: [unsupported-expression]
    b = {i: i for i in range(3)}  # error: [unsupported-expression]
    c = max(5, (i for i in range(3)))  # error: [unsupported-expression]
    d = {1: 2}  # error: [unsupported-expression]
    yield 5  # error: [unsupported-expression]
    await counts  # error: [unsupported-expression]
    with open("/etc/passwd") as file:  # error: [unsupported-statement]
        pass
    async with counts as other:  # error: [unsupported-statement]
        pass
    async for key in counts:  # error: [unsupported-statement]
        pass
    def inner(x):  # error: [unsupported-statement]
        return x
    async def waits(x):  # error: [unsupported-statement]
        return x
    try:  # error: [unsupported-statement]
        raise KeyError
    except KeyError:
        pass
    raise ValueError("no")  # error: [unsupported-statement]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
