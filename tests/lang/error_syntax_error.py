from pythonbpf import bpf


@bpf
def broken(a: c_uint32 -> c_uint32:  # error: [syntax-error]
    return a


x = = 2  # error: [syntax-error]
