from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("iter/task")
def misspelt(ctx: c_void_p) -> c_int64:
    print(ctx.tsk)  # error: [unknown-field]
    return 0


@bpf
@section("iter/task")
def written(ctx: c_void_p) -> c_int64:
    ctx.task = 5  # error: [context-access]
    return 0


@bpf
@section("iter/tasks")
def no_such(ctx: c_void_p) -> c_int64:
    return ctx.task  # error: [no-kernel-types]


@bpf
@section("iter/task")
def too_many(ctx: c_void_p, meta, task, more) -> c_int64:  # error: [bad-signature]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
