from ctypes import c_int64, c_uint32, c_uint64, c_void_p, sizeof, Union

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import Array


@bpf
@struct
class Value(Union):
    word: c_uint32
    wide: c_uint64 = 5  # error: [bad-struct-definition]


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint32 = "text"  # error: [bad-struct-definition]


@bpf
@struct
class Either(Union):
    word: c_uint32
    wide: c_uint64


@bpf
@struct
class Holder:
    either: Either


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=16)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    either = Either(word=1, wide=2)  # error: [wrong-arguments]
    one = Holder()
    two = Holder()
    if one == two:  # error: [unsupported-expression]
        return 1
    words = (c_uint32 * 4)()
    few = (c_uint32 * 3)()
    if words == few:  # error: [type-mismatch]
        return 2
    if words < words:  # error: [unsupported-expression]
        return 3
    for a, b in zip(words, few):  # error: [unsupported-statement]
        one = two
    for i in enumerate(words):  # error: [unsupported-statement]
        one = two
    for x in one:  # error: [unsupported-statement]
        one = two
    for x in 5:  # error: [unsupported-statement]
        one = two
    x = enumerate(words)  # error: [unsupported-expression]
    return sizeof("text")  # error: [type-mismatch]

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
