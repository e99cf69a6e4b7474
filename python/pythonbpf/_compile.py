"""Compiling to files, and what becomes of the compiler's words.

Errors are raised as :class:`~pythonbpf.errors.CompileError`. Warnings go to
the logger ``pythonbpf`` at level ``WARNING``; ``loglevel`` is the least level
that a call lets through, so ``loglevel=logging.ERROR`` silences them.
"""

from __future__ import annotations

from pythonbpf import _native, _source
from pythonbpf.errors import CompileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

WARNING = 30
"""``logging.WARNING``, without the cost of importing :mod:`logging`."""


def compile(
    filename: str | os.PathLike[str] | None = None,
    output: str | os.PathLike[str] | None = None,
    loglevel: int | str = WARNING,
    *,
    kernel: str | None = None,
    without: Sequence[str] = (),
    btf: str | os.PathLike[str] | None = None,
    arch: str | None = None,
) -> Path:
    """Compiles a file to a BPF object that any libbpf loader takes.

    Args:
        filename: the Python file; by default the one that calls.
        output: where the object goes; by default beside the source, as ``.o``.
        loglevel: least level of what is logged, as :mod:`logging` has them.
        kernel: the oldest kernel that the object is to load on, such as ``"5.10"``; by default
            the running one.
        without: rewrites to leave out, as ``pythonbpf build --without`` takes them: ``"reserve"``, …
        btf: a file with the BTF that the kernel's types are taken from, raw or in an ELF file, or
            a folder like ``/sys/kernel/btf``; by default the running kernel's.
        arch: the processor whose registers programs read, ``"x86_64"`` or ``"aarch64"``; by
            default this one.

    Returns:
        The path that was written.

    Raises:
        CompileError: the program is wrong.
        SourceNotFoundError: there is no such file, or the caller has none.
        OSError: a file cannot be read or written.
        ValueError: the source is not a file and no output is given, the kernel is no version, the
            file has no BTF, or no rewrite, processor or level has such a name.
    """
    return _write(filename, output, loglevel, (kernel, btf, without, arch), "object", ".o")


def compile_to_ir(
    filename: str | os.PathLike[str] | None = None,
    output: str | os.PathLike[str] | None = None,
    loglevel: int | str = WARNING,
    *,
    kernel: str | None = None,
    btf: str | os.PathLike[str] | None = None,
    without: Sequence[str] = (),
    arch: str | None = None,
) -> Path:
    """Compiles a file to LLVM IR as text; all else is as in :func:`compile`, with ``.ll``."""
    return _write(filename, output, loglevel, (kernel, btf, without, arch), "ir", ".ll")


def build(
    source: _source.Source,
    emit: Literal["object", "ir", "asm"],
    loglevel: int | str,
    kernel: str | None = None,
    btf: str | os.PathLike[str] | None = None,
    without: Sequence[str] = (),
    arch: str | None = None,
) -> _native.Compilation:
    """Compiles a source; errors are raised, warnings logged.

    Raises:
        CompileError: the program is wrong.
        OSError: the file of BTF cannot be read.
        ValueError: no level is called so.
    """
    if loglevel != WARNING:
        _level(loglevel)
    target = (btf, tuple(without), arch)
    name = _source.shown(source.name)
    compilation = _native.compile(name, source.text, emit, kernel, target)
    if compilation.output is None:
        raise CompileError(compilation.rendered, compilation.diagnostics)
    if compilation.diagnostics:
        _log(compilation.rendered, loglevel)
    return compilation


def _level(loglevel: int | str) -> int:
    import logging

    # A handler is the logging module's own way from the name of a level to its number.
    return logging.Handler(loglevel).level


def _log(text: str, loglevel: int | str) -> None:
    import logging

    if _level(loglevel) <= logging.WARNING:
        logging.getLogger("pythonbpf").warning("%s", text.rstrip())


def _write(
    filename: str | os.PathLike[str] | None,
    output: str | os.PathLike[str] | None,
    loglevel: int | str,
    target: tuple[str | None, str | os.PathLike[str] | None, Sequence[str], str | None],
    emit: Literal["object", "ir"],
    suffix: str,
) -> Path:
    source = _source.caller_source() if filename is None else _source.from_file(filename)
    if output is None and source.name.startswith("<"):
        raise ValueError(f"the source is {source.name}, not a file: say where with output=…")
    from pathlib import Path

    path = Path(source.name).with_suffix(suffix) if output is None else Path(output)
    compilation = build(source, emit, loglevel, *target)
    path.write_bytes(compilation.output or b"")
    return path
