# run: prog(data=64) == 2
"""Lines end as on Windows, blocks are indented by tabs, a form feed parts them."""

from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
	x = 0
	for i in range(3):
		if i == 1:
			x += 2
	return \
		x


@bpf
@bpfglobal
def LICENSE() -> str:
	return "GPL"
