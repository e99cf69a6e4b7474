"""Types, constants and functions of the kernel, for programs of ``pythonbpf``.

A ``vmlinux.py`` anywhere on ``sys.path`` takes this module's place. Without one, names are
looked up when they are asked for: values of enums are their numbers, typedefs of integers
those of :mod:`ctypes`, functions refuse to be called, and everything else is an empty
structure that stands for its name. The compiler reads the imports itself.
"""

from pythonbpf import _vmlinux

_vmlinux.fill(__name__)
