"""Counts the calls of kernel functions by process: two kprobes and a kretprobe."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def writes() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@map
def opens() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@map
def opened() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("kprobe/__x64_sys_write")
def count_write(ctx: c_void_p) -> c_int64:
    process_id = pid()
    count = writes.lookup(process_id)
    if count:
        writes.update(process_id, count + 1)
    else:
        writes.update(process_id, c_uint64(1))
    return c_int64(0)


@bpf
@section("kprobe/do_sys_openat2")
def count_open(ctx: c_void_p) -> c_int64:
    process_id = pid()
    count = opens.lookup(process_id)
    if count:
        opens.update(process_id, count + 1)
    else:
        opens.update(process_id, c_uint64(1))
    return c_int64(0)


@bpf
@section("kretprobe/do_sys_openat2")
def count_opened(ctx: c_void_p) -> c_int64:
    process_id = pid()
    count = opened.lookup(process_id)
    if count:
        opened.update(process_id, count + 1)
    else:
        opened.update(process_id, c_uint64(1))
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
