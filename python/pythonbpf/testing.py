"""A pytest plugin for tests of BPF programs; pytest finds it by itself.

::

    import pytest

    @pytest.mark.bpf("xdp_firewall.py")         # beside this file
    def test_other_networks_pass(bpf):
        run = bpf.programs["firewall"].test_run(packet)
        assert run.retval == XDP_PASS

Programs run on what a test gives them (:meth:`pythonbpf.Program.test_run`) and
are attached to nothing. Where the kernel or a privilege is missing, tests are
skipped, and the reason is named; with ``--bpf-required`` they fail instead, so
that a machine that is meant to run them cannot leave them out in silence.

Fixtures:
    bpf: the object of the mark ``bpf``, loaded.
    bpf_load: loads objects; they are released when the test ends.

Marks:
    bpf(file, **globals): what the fixture ``bpf`` loads, and its constants.
    bpf_needs(kernel=, section=, map=, feature=, privilege=): what the test needs; the names
    are those that ``pythonbpf doctor`` lists.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pythonbpf import BPF, CompileError, PrivilegeError, doctor

__all__ = ["Load", "bpf", "bpf_load", "missing"]

Load = Callable[..., BPF]
"""What the fixture ``bpf_load`` gives; see there."""

# Groups of findings by the keyword that asks for one of them.
_GROUPS = {
    "section": "sections",
    "map": "maps",
    "feature": "features",
    "privilege": "privileges",
    "system": "system",
}
# The code of errors about what the target kernel lacks.
_TOO_OLD = "E0608"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--bpf-required``."""
    parser.getgroup("bpf").addoption(
        "--bpf-required",
        action="store_true",
        help="tests that the kernel or a missing privilege would skip fail",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marks."""
    keywords = "kernel=, section=, map=, feature=, privilege=, system="
    for line in (
        "bpf(file, **globals): the Python file or object that the fixture `bpf` loads",
        f"bpf_needs({keywords}): what the test needs, by the names of `pythonbpf doctor`",
    ):
        config.addinivalue_line("markers", line)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what this machine cannot run."""
    for mark in item.iter_markers("bpf_needs"):
        if mark.args:
            raise pytest.UsageError(f"{item.nodeid}: bpf_needs takes keywords only")
        why = missing(**mark.kwargs)
        if why is not None:
            _leave_out(item.config, why)


def missing(**needs: str) -> str | None:
    """Why this machine does not have what is needed; ``None`` if it has.

    Args:
        **needs: ``kernel="5.15"``, or the name of a finding of :func:`pythonbpf.doctor` by the
            group it is in: ``section=``, ``map=``, ``feature=``, ``privilege=``, ``system=``.

    Raises:
        pytest.UsageError: there is no such group or finding.
    """
    for keyword, wanted in needs.items():
        if keyword == "kernel":
            if _version(os.uname().release) < _version(wanted):
                return f"needs Linux {wanted}; this is {os.uname().release}"
            continue
        group = _GROUPS.get(keyword)
        if group is None:
            known = ", ".join(["kernel", *_GROUPS])
            raise pytest.UsageError(f"bpf_needs has no `{keyword}`; there are {known}")
        findings = {finding["name"]: finding for finding in _diagnosis()[group]}
        if wanted not in findings:
            known = ", ".join(findings)
            raise pytest.UsageError(
                f"bpf_needs: no {keyword} is called `{wanted}`; there are {known}"
            )
        finding = findings[wanted]
        if finding["ability"] != "works":
            return f"needs {keyword} {wanted}: {finding['why']}"
    return None


@functools.cache
def _diagnosis() -> dict[str, Any]:
    return doctor()


def _version(text: str) -> tuple[int, int]:
    numbers = re.match(r"(\d+)\.(\d+)", text)
    if numbers is None:
        raise pytest.UsageError(f"`{text}` is no version of the kernel, such as 5.15")
    return int(numbers[1]), int(numbers[2])


def _leave_out(config: pytest.Config, why: str) -> NoReturn:
    if config.getoption("--bpf-required"):
        pytest.fail(f"{why} (and --bpf-required is given)", pytrace=False)
    pytest.skip(why)


@pytest.fixture
def bpf_load(request: pytest.FixtureRequest) -> Iterator[Load]:
    """Loads programs for a test.

    ``bpf_load(file, *, source=None, attach=False, constants=None, **arguments)`` compiles a
    Python file (a relative path is looked for beside the test) or text, or takes an object
    (a path that ends in ``.o``, or bytes), sets its constants, loads it, and gives the
    :class:`~pythonbpf.BPF`. With ``attach=True`` its programs are attached, too, by
    the arguments of :meth:`~pythonbpf.BPF.attach_all`. The test is skipped where a
    privilege is missing or the kernel is too old.
    """
    opened: list[BPF] = []

    def load(
        file: str | os.PathLike[str] | bytes | None = None,
        *,
        source: str | None = None,
        attach: bool = False,
        constants: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> BPF:
        try:
            made = _open(_beside(request.path, file), source)
            opened.append(made)
            for name, value in (constants or {}).items():
                made.globals[name] = value
            made.load()
            if attach:
                made.attach_all(**arguments)
        except PrivilegeError as error:
            _leave_out(request.config, str(error).splitlines()[0])
        except CompileError as error:
            errors = [found for found in error.diagnostics if found.severity == "error"]
            if not errors or any(found.code != _TOO_OLD for found in errors):
                raise
            _leave_out(request.config, f"this kernel is too old: {errors[0].message}")
        return made

    yield load
    for made in reversed(opened):
        made.close()


def _open(file: str | os.PathLike[str] | bytes | None, source: str | None) -> BPF:
    if isinstance(file, bytes):
        return BPF.from_object(file)
    if file is not None and source is None and os.fspath(file).endswith(".o"):
        return BPF.from_object(file)
    if file is None and source is None:
        raise TypeError("bpf_load needs a file, an object's bytes, or source=")
    return BPF(file, source=source)


def _beside(
    test: Path, file: str | os.PathLike[str] | bytes | None
) -> str | os.PathLike[str] | bytes | None:
    return file if file is None or isinstance(file, bytes) else test.parent / file


@pytest.fixture
def bpf(request: pytest.FixtureRequest, bpf_load: Load) -> BPF:
    """The object that the mark ``bpf`` names, loaded."""
    mark = request.node.get_closest_marker("bpf")
    if mark is None or len(mark.args) != 1:
        raise pytest.UsageError('the fixture `bpf` needs a mark: @pytest.mark.bpf("program.py")')
    return bpf_load(mark.args[0], constants=mark.kwargs)
