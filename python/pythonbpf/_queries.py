"""Questions about the kernel's types, which are answered where a program is loaded.

They run in the kernel: inside an ``@bpf`` function the compiler makes CO-RE
relocations of them; anywhere else a call raises RuntimeError.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def _kernel_only(name: str) -> NoReturn:
    raise RuntimeError(f"{name}() asks the kernel: use it inside an @bpf function")


def field_exists(field: object, name: str = "", /) -> bool:
    """Whether the running kernel has a field.

    ``field_exists(task_struct.x)``, of a pointer ``field_exists(task.se.x)``, or
    ``field_exists(task_struct, "se.x")``. The kernel that the program is built
    with need not have it. What only stands behind such a test may be missing.
    """
    _kernel_only("field_exists")


def field_size(field: object, name: str = "", /) -> int:
    """The bytes of a field in the running kernel."""
    _kernel_only("field_size")


def offsetof(field: object, name: str = "", /) -> int:
    """Where a field lies in its struct in the running kernel, in bytes."""
    _kernel_only("offsetof")


def type_exists(type: object, /) -> bool:
    """Whether the running kernel has a struct, union or enum of ``vmlinux``."""
    _kernel_only("type_exists")


def enum_value_exists(value: object, name: str = "", /) -> bool:
    """Whether the running kernel has a value of an enum.

    ``enum_value_exists(bpf_map_type.BPF_MAP_TYPE_ARENA)``, or with the name as
    a text behind the enum.
    """
    _kernel_only("enum_value_exists")


def enum_value(value: object, name: str = "", /) -> int:
    """The number that a value of an enum is in the running kernel."""
    _kernel_only("enum_value")
