# guide: [@map: Example]
# run: count_once(ctx=0,0) == 1
# run: count_once(ctx=0,0) == 2
# run: count_once(ctx=0,0) == 3
# The guide's program, and its steps on a hook that the test can run.
from pythonbpf import bpf, map, section
from pythonbpf.maps import HashMap
from pythonbpf.helper import pid
from ctypes import c_void_p, c_int64, c_uint32, c_uint64
from pythonbpf import bpfglobal

@bpf
@map
def process_count() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4096)

@bpf
@section("tracepoint/syscalls/sys_enter_clone")
def count_clones(ctx: c_void_p) -> c_int64:
    process_id = pid()
    count = process_count.lookup(process_id)
    if count:
        process_count.update(process_id, count + 1)
    else:
        process_count.update(process_id, c_uint64(1))
    return 0


@bpf
@section("raw_tp/sys_enter")
def count_once(ctx: c_void_p) -> c_int64:
    process_id = pid()
    count = process_count.lookup(process_id)
    if count:
        process_count.update(process_id, count + 1)
    else:
        process_count.update(process_id, c_uint64(1))
    after = process_count.lookup(process_id)
    if after:
        return after
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
