"""One program for each kind of hook that this kernel's tests attach by hand."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import BPF, bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("tracepoint/syscalls/sys_enter_getppid")
def parents(ctx: c_void_p) -> c_int64:
    fired[pid()] += 1
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_getuid")
def users(ctx: c_void_p) -> c_int64:
    fired[pid()] += 1
    return 0


@bpf
@section("socket")
def packets(ctx: c_void_p) -> c_int64:
    fired[0] += 1
    return 65535


@bpf
@section("sk_reuseport")
def choices(ctx: c_void_p) -> c_int64:
    fired[0] += 1
    return 1


@bpf
@section("perf_event")
def samples(ctx: c_void_p) -> c_int64:
    fired[pid()] += 1
    return 0


@bpf
@section("syscall")
def called(ctx: c_void_p) -> c_int64:
    return 7


@bpf
@section("raw_tp.w/bpf_test_finish")
def finished(ctx: c_void_p) -> c_int64:
    fired[0] += 1
    return 0


@bpf
@section("uprobe")
def probe(ctx: c_void_p) -> c_int64:
    fired[0] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


def main() -> BPF:
    return BPF()
