# guide: [Missing Type Hints: wrong]
from pythonbpf import bpf, bpfglobal


# Wrong - no type hints
@bpf
def my_func(ctx):  # error: [missing-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
