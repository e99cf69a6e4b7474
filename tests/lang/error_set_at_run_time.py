from ctypes import c_int64, c_void_p
import sys

from pythonbpf import bpf, bpfglobal, section

PLAIN = 1
PLAIN = 2
COUNTED = 1
COUNTED += 1
CHOSEN = 1
if sys.argv:
    CHOSEN = 2
LOOPED = 1
for LOOPED in range(3):
    pass
UNPACKED, OTHER = 1, 2
CHANGED = 1
WALRUS = 1
print(WALRUS := 2)


def change():
    global CHANGED
    CHANGED = 2


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    total = PLAIN
    total += COUNTED  # error: [constant-required]
    total += CHOSEN  # error: [constant-required]
    total += LOOPED  # error: [constant-required]
    total += UNPACKED  # error: [constant-required]
    total += CHANGED  # error: [constant-required]
    total += WALRUS  # error: [constant-required]
    return total


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
