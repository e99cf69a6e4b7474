# guide: [Correct Order: a map]
# guide: Always use @bpf first - It must be the outermost decorator
# expect: loads
from pythonbpf import bpf, bpfglobal, map, section


@bpf # Always first
@map # Map/struct/bpfglobal after @bpf
def my_map():  # warning: [empty-definition]
    pass


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def my_function():  # warning: [implicit-annotation]
    pass


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
