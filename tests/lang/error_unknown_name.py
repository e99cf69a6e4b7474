from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section
from pythonbpf.maps import HashTable

import os


def helper_of_python():
    return 1


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a = undefined  # error: [unknown-name]
    b = pidd()  # error: [unknown-name]
    c = helper_of_python()  # error: [unknown-name]
    d = os.getpid()  # error: [unknown-name]
    e = a + b + c + d
    global missing  # error: [unknown-name]
    undefined_too += 1  # error: [maybe-unbound]
    return e


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
