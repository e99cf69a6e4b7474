# `Any` leaves types to the hook, for contexts and for arguments, and type checkers
# have nothing to complain of.
# run: fields(data=64) == 0
# run: plain(ctx=0) == 0
import typing
from ctypes import c_uint32
from typing import Annotated, Any

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import get_current_task, tid
from vmlinux import task_struct


@bpf
@bpfglobal
def LIMIT() -> Annotated[int, c_uint32]:
    return 4096


@bpf
def is_short(length: Annotated[int, c_uint32]) -> bool:
    return length < LIMIT


@bpf
@section("tc")
def fields(ctx: Any) -> int:
    return 0 if is_short(ctx.len) and ctx.ifindex > 0 else 1


@bpf
@section("raw_tp/sys_enter")
def plain(ctx: typing.Any) -> int:
    return 0 if get_current_task().pid == tid() else 1


@bpf
@section("tp_btf/sched_switch")
def arguments(ctx: Any, preempt: Any, prev: Any, next: task_struct) -> int:
    return prev.pid + next.pid + preempt


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
