# guide: Valid licenses include: "GPL" - GNU General Public License
# guide: Many BPF features require a GPL-compatible license.
# expect: loads
from ctypes import c_int64, c_void_p

from pythonbpf import bpf, bpfglobal, section


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def prog(ctx: c_void_p) -> c_int64:
    print("needs the GPL")
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
