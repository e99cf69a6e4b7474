# guide: [Correct Order: a struct]
# guide: Always use @bpf first - It must be the outermost decorator
# expect: loads
from pythonbpf import bpf, bpfglobal, section, struct


@bpf # Always first
@struct # Map/struct/bpfglobal after @bpf
class MyStruct:  # warning: [empty-definition]
    pass


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def my_function():  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
