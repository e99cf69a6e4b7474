from ctypes import c_int64, c_uint64, c_void_p, cast

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def on_execve(ctx: c_void_p) -> c_int64:
    name: str(16) = ctx.argv  # error: [type-mismatch]
    if ctx.argv[0] == "ls":  # error: [type-mismatch]
        return 1
    if ctx.filename == "/":  # error: [type-mismatch]
        return 2
    if ctx.filename.startswith("/etc"):  # error: [type-mismatch]
        return 3
    print(ctx.filename)  # error: [type-mismatch]
    size = len(ctx.argv)  # error: [type-mismatch]
    for word in ctx.argv:  # error: [unsupported-statement]
        print(word)
    ctx.argv[0] = 0  # error: [kernel-memory-written]
    return 0


@bpf
@section("tracepoint/syscalls/sys_enter_connect")
def on_connect(ctx: c_void_p) -> c_int64:
    ctx.uservaddr.sa_family = 2  # error: [kernel-memory-written]
    port = ctx.uservaddr.sin_port  # error: [unknown-field]
    word = cast(ctx.uservaddr, c_uint64)  # error: [wrong-arguments]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
