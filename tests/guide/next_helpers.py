# guide: Check out Helper Functions and Utilities for available BPF helper functions
# run: prog(ctx=0,0) == 255
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section, struct
from pythonbpf.helper import comm, gid, ktime, pid, random, smp_processor_id, tid, uid


@bpf
@struct
class Names:
    comm: str(16)


@bpf
@section("raw_tp/sys_enter")
def prog(ctx: c_void_p) -> c_int64:
    names = Names()
    seen = c_uint64(0)
    before = ktime()
    if pid() > 0:
        seen |= 1
    if tid() > 0:
        seen |= 2
    if uid() == 0:
        seen |= 4
    if gid() == 0:
        seen |= 8
    if comm(names.comm) == 0:
        seen |= 16
    if names.comm[0] != 0:
        seen |= 32
    if smp_processor_id() < 4096 and random() <= 0xFFFFFFFF:  # warning: [constant-comparison]
        seen |= 64
    if ktime() >= before and before > 0:
        seen |= 128
    print(f"{pid()} {names.comm} {seen:x}")
    return seen


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
