# Variables of the kernel of which each CPU has its own.
# kernel: 5.11
# needs: function runqueues
# run: mine(ctx=0) == 1
# run: of_all(ctx=0) == 1
# run: numbers(ctx=0) == 1
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.helper import per_cpu_ptr, smp_processor_id, this_cpu_ptr
from vmlinux import process_counts, runqueues


@bpf
@section("raw_tp/sys_enter")
def mine(ctx: c_void_p) -> c_int64:
    queue = this_cpu_ptr(runqueues)
    return queue.cpu == smp_processor_id()


@bpf
@section("raw_tp/sys_enter")
def of_all(ctx: c_void_p) -> c_int64:
    found = 0
    for cpu in range(512):
        queue = per_cpu_ptr(runqueues, cpu)
        if not queue:
            break
        if queue.cpu != cpu:
            return 0
        found += 1
    return found > 0


@bpf
@section("raw_tp/sys_enter")
def numbers(ctx: c_void_p) -> c_int64:
    total = 0
    for cpu in range(512):
        count = per_cpu_ptr(process_counts, cpu)
        if not count:
            break
        total += count[0]
    return total > 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
