"""Files that are removed soon after they were made: their names, and how old they were.

    sudo python examples/filelife.py
    sudo pythonbpf run examples/filelife.py

Needs a kernel with kprobes. The functions are those that ask security modules, whose
arguments have been the same for long.
"""

import contextlib
from ctypes import c_uint32, c_uint64, c_void_p
from typing import Annotated

from pythonbpf import BPF, Struct, bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, ktime, pid
from pythonbpf.maps import LruHash, RingBuffer
from vmlinux import dentry, inode


@bpf
@struct
class File(Struct):
    age: Annotated[int, c_uint64]
    pid: Annotated[int, c_uint32]
    comm: Annotated[str, str(16)]
    name: Annotated[str, str(64)]


@bpf
@map
def made() -> LruHash:
    return LruHash(key=c_uint64, value=c_uint64, max_entries=8192)


@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=1 << 20)


@bpf
@section("kprobe/security_inode_create")
def on_create(ctx: c_void_p, folder: inode, entry: dentry) -> int:
    made[c_uint64(entry)] = ktime()
    return 0


@bpf
@section("kprobe/security_inode_unlink")
def on_unlink(ctx: c_void_p, folder: inode, entry: dentry) -> int:
    key = c_uint64(entry)
    born = made.lookup(key)
    if not born:
        return 0
    e = File(pid=pid(), age=ktime() - born[0])
    comm(e.comm)
    e.name = entry.d_name.name
    events.output(e)
    made.delete(key)
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


if __name__ == "__main__":
    print(f"{'PID':>7} {'COMM':16} {'AGE s':>9} NAME", flush=True)
    with contextlib.suppress(KeyboardInterrupt), BPF() as b:
        for e in b.events(File):
            print(f"{e.pid:7} {e.comm:16} {e.age / 1e9:9.3f} {e.name}", flush=True)
