"""usdt: a marker's arguments, wherever they are, with size and sign; the cookie is the user's."""
# attach: prog on marker with path=/proc/self/exe symbol=pythonbpf:tick pid=self cookie=77
from ctypes import c_char_p, c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import get_attach_cookie, pid
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("usdt")
def prog(
    ctx: c_void_p,
    constant: c_int32,
    byte: c_uint8,
    number: c_uint64,
    chosen: c_int64,
    first: c_int32,
    text: c_char_p,
    missing: c_int64,
) -> c_int64:
    start: str(8) = text
    known = constant == -9 and first == -100 and missing == 0 and start == "a text "
    if not known or number < 1000 or byte != number & 255 or get_attach_cookie(ctx) != 77:
        return 0
    turn = number % 4
    if (turn == 0 and chosen == -100) or (turn == 1 and chosen == 101):
        fired[pid()] += 1
    if (turn == 2 and chosen == -102) or (turn == 3 and chosen == 103):
        fired[pid()] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
