"""BPF programs in Python: a compiler, a loader and a hand on what runs.

::

    from ctypes import c_int64, c_void_p
    from pythonbpf import BPF, bpf, bpfglobal, section, trace_pipe

    @bpf
    @section("tracepoint/syscalls/sys_enter_execve")
    def trace_exec(ctx: c_void_p) -> c_int64:
        print("Process started")
        return c_int64(0)

    @bpf
    @bpfglobal
    def LICENSE() -> str:
        return "GPL"

    with BPF():
        trace_pipe()
"""

from pythonbpf._bpf import BPF, Program, ProgramInfo, TestRun
from pythonbpf._compile import compile, compile_to_ir
from pythonbpf._maps import BpfMap, Events, Table
from pythonbpf._marks import bpf, bpfglobal, map, section, struct
from pythonbpf._native import __version__
from pythonbpf._trace import TraceFields, trace_fields, trace_pipe
from pythonbpf.errors import (
    BpfError,
    CompileError,
    Diagnostic,
    NoSuchHookError,
    PrivilegeError,
    SourceNotFoundError,
    SystemRefusedError,
    UnknownNameError,
    VerifierError,
)

__all__ = [
    "BPF",
    "BpfError",
    "BpfMap",
    "CompileError",
    "Diagnostic",
    "Events",
    "NoSuchHookError",
    "PrivilegeError",
    "Program",
    "ProgramInfo",
    "SourceNotFoundError",
    "SystemRefusedError",
    "Table",
    "TestRun",
    "TraceFields",
    "UnknownNameError",
    "VerifierError",
    "__version__",
    "bpf",
    "bpfglobal",
    "compile",
    "compile_to_ir",
    "map",
    "section",
    "struct",
    "trace_fields",
    "trace_pipe",
]
