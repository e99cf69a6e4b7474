# run: prog(data=64) == 2
# map: names["key"] == "value"
# map: names["abcd"] == "abcd"
# map: names["literal"] == "bytes"
# map: out[8] == 5
# map: out[9] == 1
# map: out[10] == 1
# map: out[11] == 1
# map: out[12] == 1
# map: out[13] == 1
# map: out[0] == 1
# map: out[1] == 1
# map: out[2] == 0
"""Keys and values of maps are texts."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, HashMap


@bpf
@map
def names() -> HashMap:
    return HashMap(key=str(16), value=str(8), max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    short: str(4) = "abcd"
    key: str(16) = "key"
    names[key] = "value"
    names[short] = short
    names["literal"] = b"bytes"
    found = names.lookup("key")
    if found:
        out[8] = len(found)
        out[9] = found == "value"
        out[10] = found[0] == "v"
        out[11] = found.startswith("val")
        copy = found[:3]
        out[12] = copy == "val"
    second = names.lookup("abcd")
    if second and second == "abcd":
        out[13] = 1
    out[0] = "key" in names
    out[1] = short in names
    out[2] = "none" in names
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
