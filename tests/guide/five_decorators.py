# guide: Decorators are the primary way to mark Python code for BPF compilation.
# guide: PythonBPF provides five core decorators that control how your code is transformed into eBPF bytecode.
# guide: The @bpf decorator marks functions or classes for BPF compilation.
# guide: Any function or class decorated with @bpf will be processed by the PythonBPF compiler and transformed into LLVM IR, then compiled to BPF bytecode.
# guide: This is the fundamental decorator that enables BPF compilation.
# guide: Decorators are often used together.
# run: measure(data=64) == 42
# run: measure(data=64) == 42
# map: totals[3] == {"runs": 2, "sum": 84}
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Total:
    runs: c_uint64
    sum: c_uint64


@bpf
@map
def totals() -> HashMap:
    return HashMap(key=c_uint32, value=Total, max_entries=8)


@bpf
@bpfglobal
def STEP() -> int:
    return 42


@bpf
def add(total: c_uint64, step: c_uint64) -> c_uint64:
    return total + step


@bpf
@section("xdp")
def measure(ctx: c_void_p) -> c_int64:
    total = Total()
    seen = totals.lookup(3)
    if seen:
        total = seen
    total.runs += 1
    total.sum = add(total.sum, STEP)
    totals.update(3, total)
    return STEP


def only_python(anything):
    """Not marked with @bpf, so never compiled, whatever it does."""
    with open(anything) as file:
        return [float(line) for line in file]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
