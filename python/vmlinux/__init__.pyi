# pyright: reportIncompleteStub=false
# `pythonbpf stubs FILE…` writes a `vmlinux.pyi` with the fields of what files import.
from typing import Any

def __getattr__(name: str) -> Any: ...
