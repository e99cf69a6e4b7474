# Many gatherings in one function share their room on the stack, and what is read far
# ahead stays where it is.
# run: many(ctx=0) == 0
from ctypes import c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task, pid, tid
from vmlinux import task_struct


@bpf
def both(task: task_struct) -> c_uint64:
    return (c_uint64(task.pid) << 32) | task.tgid


@bpf
@section("raw_tp/sys_enter")
def many(ctx: c_void_p) -> c_int64:
    t = get_current_task()
    name = "a text of forty bytes, which has its place"
    if t.pid != tid() or t.tgid != pid():
        return 1
    one = t.real_parent
    two = one.real_parent
    three = two.real_parent
    four = three.real_parent
    five = four.real_parent
    six = five.real_parent
    seven = six.real_parent
    eight = seven.real_parent
    a = both(one) + one.exit_code + one.exit_signal + one.exit_state
    b = both(two) + two.exit_code + two.exit_signal + two.exit_state
    c = both(three) + three.exit_code + three.exit_signal + three.exit_state
    d = both(four) + four.exit_code + four.exit_signal + four.exit_state
    e = both(five) + five.exit_code + five.exit_signal + five.exit_state
    f = both(six) + six.exit_code + six.exit_signal + six.exit_state
    g = both(seven) + seven.exit_code + seven.exit_signal + seven.exit_state
    h = both(eight) + eight.exit_code + eight.exit_signal + eight.exit_state
    if a == 0 or len(name) != 42:
        return 2
    # The idle task, which is its own parent, has no number and no signal to end with.
    if eight.pid == 0 and h >> 32 != 0:
        return 3
    if b + c + d + e + f + g == 0 and eight.pid != 0:
        return 4
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
