# guide: [@bpf: Usage]
# The guide shows a function with neither a hook nor type hints, which its own
# rules forbid.
from pythonbpf import bpf

@bpf
def my_function(ctx):  # error: [missing-annotation]
    # This function will be compiled to BPF bytecode
    pass


from pythonbpf import bpfglobal


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
