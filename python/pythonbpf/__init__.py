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

from __future__ import annotations

from pythonbpf._bpf import BPF, Program
from pythonbpf._compile import compile, compile_to_ir
from pythonbpf._events import Events
from pythonbpf._maps import BpfMap, Table
from pythonbpf._marks import bpf, bpfglobal, map, section, struct
from pythonbpf._native import __version__
from pythonbpf._queries import (
    enum_value,
    enum_value_exists,
    field_exists,
    field_size,
    offsetof,
    type_exists,
)
from pythonbpf._trace import trace_fields, trace_pipe
from pythonbpf._values import Struct
from pythonbpf.errors import (
    AttachArgumentError,
    BpfError,
    CompileError,
    NoSuchHookError,
    PrivilegeError,
    SourceNotFoundError,
    SystemRefusedError,
    UnknownNameError,
    VerifierError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pythonbpf import helper as helper
    from pythonbpf import maps as maps
    from pythonbpf import structs as structs
    from pythonbpf._machine import doctor, hooks, inspect
    from pythonbpf._pictures import hist as hist
    from pythonbpf._pictures import linear_hist as linear_hist
    from pythonbpf._records import Diagnostic, Frame, ProgramInfo, TestRun, TraceFields

__all__ = [
    "BPF",
    "AttachArgumentError",
    "BpfError",
    "BpfMap",
    "CompileError",
    "Diagnostic",
    "Events",
    "Frame",
    "NoSuchHookError",
    "PrivilegeError",
    "Program",
    "ProgramInfo",
    "SourceNotFoundError",
    "Struct",
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
    "doctor",
    "enum_value",
    "enum_value_exists",
    "field_exists",
    "field_size",
    "hist",
    "hooks",
    "inspect",
    "linear_hist",
    "map",
    "offsetof",
    "section",
    "struct",
    "trace_fields",
    "trace_pipe",
    "type_exists",
]


def __getattr__(name: str) -> object:
    if name in ("hist", "linear_hist"):
        from pythonbpf import _pictures

        return getattr(_pictures, name)
    if name in ("Diagnostic", "Frame", "ProgramInfo", "TestRun", "TraceFields"):
        from pythonbpf import _records

        return getattr(_records, name)
    if name in ("doctor", "hooks", "inspect"):
        from pythonbpf import _machine

        return getattr(_machine, name)
    if name in ("helper", "maps", "structs"):
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
