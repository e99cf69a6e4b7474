# What the running kernel has is asked where the object is loaded, and what
# stands behind the answer "no" is never reached, in loops and choices either.
# run: facts(ctx=0) == 0
# run: old_and_new(ctx=0) == 0
# run: in_loops(ctx=0) == 0
# run: sizes(ctx=0) == 0
# run: enums(ctx=0) == 0
from ctypes import POINTER, c_int, c_int64, c_long, c_uint, c_uint64, c_void_p, sizeof

import vmlinux
from pythonbpf import (
    bpf,
    bpfglobal,
    enum_value,
    enum_value_exists,
    field_exists,
    field_size,
    offsetof,
    section,
    struct,
    type_exists,
)
from pythonbpf.helper import get_current_task, pid
from vmlinux import (
    BPF_MAP_TYPE_RINGBUF,
    bpf_map_type,
    enum_no_such_enum,
    iphdr,
    no_such_type,
    sched_entity,
    task_struct,
    union_bpf_attr,
)


@bpf
@struct
class task_struct___old:
    state: c_long
    real_parent: POINTER(task_struct)


@bpf
@struct
class task_struct___wrong:
    gone: c_int
    gone_too: sched_entity
    pid: c_int


@bpf
@section("raw_tp/sys_enter")
def facts(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    if not field_exists(task_struct.pid) or not field_exists(task.se.vruntime):
        return 1
    if not field_exists(task_struct, "se.vruntime") or not field_exists(vmlinux.task_struct.comm):
        return 2
    if field_exists(task_struct.no_such_field) or field_exists(task_struct.se.neither):
        return 3
    if field_exists(no_such_type.field) or type_exists(no_such_type):
        return 4
    if not type_exists(task_struct) or not type_exists(union_bpf_attr):
        return 5
    if not type_exists(bpf_map_type) or type_exists(enum_no_such_enum):
        return 6
    if not field_exists(task.real_parent.tgid):
        return 7
    # The file is built where one of them is known.
    if field_exists(task_struct, "__state") == field_exists(task_struct, "state"):
        return 8
    return 0


@bpf
def state_of(task: task_struct) -> c_uint64:
    if field_exists(task.__state):
        return task.__state
    return task_struct___old(task).state


@bpf
@section("raw_tp/sys_exit")
def old_and_new(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    if state_of(task) != 0:
        return 1
    old = task_struct___old(task)
    # Members that are not declared are the kernel's own.
    if old.tgid != pid() or old.real_parent.tgid != task.real_parent.tgid:
        return 2
    wrong = task_struct___wrong(task)
    if field_exists(wrong.gone) and wrong.gone == 1:
        return 3
    if wrong.pid != task.pid:
        return 4
    number = wrong.gone if field_exists(wrong.gone) else task.pid
    return 0 if number == task.pid else 5


@bpf
@section("raw_tp/sched_switch")
def in_loops(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    wrong = task_struct___wrong(task)
    total = 0
    for i in range(100):
        if field_exists(task_struct___wrong.gone):
            total += wrong.gone
        if field_exists(task_struct___wrong, "gone_too.vruntime"):
            total += wrong.gone_too.vruntime
            total += offsetof(task_struct___wrong.gone_too)
        if field_exists(task_struct.pid):
            total += 1
    return 0 if total == 100 else 1


@bpf
@section("raw_tp/sched_wakeup")
def sizes(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    if field_size(task_struct.comm) != 16 or field_size(task.pid) != 4:
        return 1
    if sizeof(task_struct) < 1000 or offsetof(task_struct.pid) >= sizeof(task_struct):
        return 2
    if c_uint64(task.se) - c_uint64(task) != offsetof(task_struct.se):
        return 3
    if offsetof(task_struct.se.vruntime) != offsetof(task_struct, "se") + offsetof(
        sched_entity.vruntime
    ):
        return 4
    return 0 if offsetof(iphdr.saddr) == 12 and field_size(iphdr.saddr) == 4 else 5


@bpf
@section("raw_tp/sched_wakeup_new")
def enums(ctx: c_void_p) -> c_int64:
    if enum_value(BPF_MAP_TYPE_RINGBUF) != 27 or enum_value(bpf_map_type.BPF_MAP_TYPE_HASH) != 1:
        return 1
    if not enum_value_exists(bpf_map_type, "BPF_MAP_TYPE_HASH"):
        return 2
    if enum_value_exists(bpf_map_type.BPF_MAP_TYPE_NEVER):
        return 3
    return 0 if enum_value_exists(BPF_MAP_TYPE_RINGBUF) else 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
