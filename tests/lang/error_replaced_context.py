"""freplace: what the replaced program is called with is said, or its fields are not known."""
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from vmlinux import xdp_md


@bpf
@section("freplace/filter")
def unknown(ctx: c_void_p) -> c_int64:
    return ctx.data  # error: [unknown-field]


@bpf
@section("freplace/filter")
def known(ctx: xdp_md) -> c_int64:
    return ctx.datta  # error: [unknown-field]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
