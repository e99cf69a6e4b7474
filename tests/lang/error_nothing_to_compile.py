"""Nothing here is marked for the kernel."""  # error: [nothing-to-compile]
from ctypes import c_uint32


def ordinary(a: c_uint32) -> c_uint32:
    return a
