from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, enum_value, enum_value_exists, field_exists, section
from pythonbpf import field_size, offsetof, struct, type_exists
from pythonbpf.helper import get_current_task
from vmlinux import BPF_MAP_TYPE_NEVER, bpf_map_type, gfp_t, no_such_type, task_struct


@bpf
@struct
class task_struct___old:
    state: c_int64


@bpf
@section("raw_tp/sys_enter")
def fields(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    a = task.state  # error: [unknown-field]
    b = task_struct___old(task).stat  # error: [unknown-field]
    c = offsetof(task_struct.state)  # error: [unknown-field]
    d = field_size(no_such_type.field)  # error: [unknown-field]
    if field_exists(task_struct):  # error: [wrong-arguments]
        return 1
    if field_exists(task_struct.pid.x):  # error: [unknown-field]
        return 2
    if field_exists(ctx.pid):  # error: [type-mismatch]
        return 3
    if field_exists():  # error: [wrong-arguments]
        return 4
    if field_exists(task_struct.gone.x):  # error: [unknown-field]
        return 5
    return 0


@bpf
@section("raw_tp/sys_exit")
def types(ctx: c_void_p) -> c_int64:
    if type_exists(gfp_t):  # error: [type-mismatch]
        return 1
    if type_exists(7):  # error: [type-mismatch]
        return 2
    if enum_value_exists(BPF_MAP_TYPE_NEVER):  # error: [type-mismatch]
        return 3
    a = enum_value(bpf_map_type.BPF_MAP_TYPE_HASHH)  # error: [unknown-kernel-name]
    return field_exists  # error: [type-mismatch]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
