"""`BPF()` and `compile()` find the source of whoever calls, or say why not."""

from __future__ import annotations

import os
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
from conftest import Run

from pythonbpf import _source
from pythonbpf._cells import join
from pythonbpf.errors import SourceNotFoundError

SCRIPT = """
import shown
def inside():
    shown.BPF()  # MARKER
inside()
"""


@pytest.fixture(autouse=True)
def shown(tmp_path: Path) -> None:
    """A module that stands for the package: what it calls is what `BPF()` calls."""
    (tmp_path / "shown.py").write_text(
        textwrap.dedent(
            """
            from pythonbpf import _source
            __name__ = "pythonbpf.shown"
            def BPF():
                source = _source.caller_source()
                print(source.name, source.text.count(b"MARKER"))
            """
        )
    )


def test_script(run: Run, tmp_path: Path) -> None:
    (tmp_path / "prog.py").write_text(SCRIPT)
    assert run("prog.py").stdout == "prog.py 1\n"


def test_script_elsewhere(run: Run, tmp_path: Path) -> None:
    (tmp_path / "prog.py").write_text(SCRIPT)
    (tmp_path / "sub").mkdir()
    result = run("../prog.py", cwd=tmp_path / "sub")
    assert result.stdout == f"{tmp_path}/prog.py 1\n"


def test_module_level(run: Run, tmp_path: Path) -> None:
    (tmp_path / "prog.py").write_text("import shown\nshown.BPF()  # MARKER\n")
    assert run("prog.py").stdout == "prog.py 1\n"


def test_imported_module(run: Run, tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text("import shown\ndef go(): shown.BPF()  # MARKER\n")
    (tmp_path / "prog.py").write_text("import inner\ninner.go()\n")
    assert run("prog.py").stdout == "inner.py 1\n"
    assert run("-m", "prog").stdout == "inner.py 1\n"


def test_zip_import(run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("packed.py", "import shown\ndef go(): shown.BPF()  # MARKER\n")
    (tmp_path / "prog.py").write_text(
        "import sys; sys.path.insert(0, 'z.zip')\nimport packed\npacked.go()\n"
    )
    assert run("prog.py").stdout.endswith("packed.py 1\n")


@pytest.mark.parametrize("options", [["-c"], ["-Bc"], ["-W", "default", "-X", "dev", "-uc"]])
def test_command_argument(run: Run, options: list[str]) -> None:
    result = run(*options, SCRIPT, "-c", "other")
    assert result.stdout == "<string> 1\n", result.stderr


def test_command_argument_attached(run: Run) -> None:
    assert run("-cimport shown; shown.BPF()  # MARKER").stdout == "<string> 1\n"


def test_standard_input_from_a_file(run: Run, tmp_path: Path) -> None:
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    (tmp_path / "prog.py").write_text(SCRIPT)
    with (tmp_path / "prog.py").open() as script:
        assert run(stdin=script).stdout == "<stdin> 1\n"
    with (tmp_path / "prog.py").open() as script:
        assert run("-", "argument", stdin=script).stdout == "<stdin> 1\n"
    with (tmp_path / "prog.py").open() as script:
        result = run("/dev/stdin", stdin=script, env=environment)
        assert result.stdout.endswith(" 1\n"), result.stderr


def test_standard_input_from_a_pipe(run: Run) -> None:
    result = run(input=SCRIPT)
    assert result.returncode == 1
    assert "script on standard input that is a pipe" in result.stderr
    assert "BPF(filename=…)" in result.stderr


def test_interactive_prompt(run: Run) -> None:
    result = run("-i", input="import shown\nshown.BPF()  # MARKER\n")
    assert "called at an interactive prompt" in result.stderr
    assert "BPF(source=…)" in result.stderr


def test_exec_with_a_linecache_entry(run: Run, tmp_path: Path) -> None:
    (tmp_path / "prog.py").write_text(
        textwrap.dedent(
            """
            import linecache
            text = "import shown; shown.BPF()  # MARKER\\n"
            linecache.cache["<made>"] = (len(text), None, text.splitlines(True), "<made>")
            exec(compile(text, "<made>", "exec"))
            """
        )
    )
    assert run("prog.py").stdout == "<made> 1\n"


@pytest.mark.parametrize("how", ["exec('import shown; shown.BPF()')", "eval('shown.BPF()')"])
def test_exec_without_one(run: Run, tmp_path: Path, how: str) -> None:
    (tmp_path / "prog.py").write_text(f"import shown\n{how}\n")
    result = run("prog.py")
    assert result.returncode == 1
    assert "no file '<string>', no entry for it in linecache" in result.stderr
    # Under -c too, where `<string>` is also the name of the argument.
    result = run("-c", f"import shown\n{how}\n")
    assert "SourceNotFoundError" in result.stderr


def test_source_gone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "prog.py").write_text("import os, shown\nos.unlink('prog.py')\nshown.BPF()\n")
    result = run("prog.py")
    assert "there is no file" in result.stderr
    assert "prog.py" in result.stderr


def test_named_files() -> None:
    assert _source.from_file(__file__).text == Path(__file__).read_bytes()
    with pytest.raises(FileNotFoundError):
        _source.from_file("no/such/file.py")
    with pytest.raises(IsADirectoryError):
        _source.from_file("/")


# --- notebooks ----------------------------------------------------------------------------------

CELLS = [
    "",
    "from pythonbpf import bpf\nN = 16",
    "@bpf\ndef first():\n    return 1\n\n@bpf\ndef second():\n    return N",
    "this is no python",
    "@bpf\ndef first():\n    return 3",
    "@bpf\ndef gone():\n    return 4",
    "BPF()",
]


def test_cells_join_into_one_program() -> None:
    text = join(CELLS, {"first", "second"}).decode()
    assert text.count("def first") == 1
    assert "return 3" in text
    assert "return 1" not in text
    assert "N = 16" in text
    assert "gone" not in text
    assert "no python" not in text
    compile(text, "cells", "exec")


def test_ipykernel_cells(run: Run, tmp_path: Path) -> None:
    """A notebook's namespace and the way ipykernel names cells, without a kernel process."""
    (tmp_path / "nb.py").write_text(
        textwrap.dedent(
            """
            import shown
            names = {"__name__": "__main__", "In": [""], "get_ipython": None, "shown": shown}
            for number, cell in enumerate(["def f(): pass  # MARKER", "shown.BPF()  # MARKER"]):
                names["In"].append(cell)
                exec(compile(cell, f"/tmp/ipykernel_1/{number}.py", "exec"), names)
            """
        )
    )
    assert run("nb.py").stdout == "<notebook> 2\n"


def test_ipython(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("IPython", reason="IPython is not installed")
    cells = "def f(): pass  # MARKER\nimport shown\nshown.BPF()  # MARKER\n"
    result = run("-m", "IPython", "--simple-prompt", "--no-banner", input=cells)
    assert "<notebook> 2" in result.stdout, result.stdout + result.stderr


@pytest.mark.skipif(sys.version_info < (3, 13), reason="the prompt keeps no text before 3.13")
def test_console_keeps_its_text(run: Run) -> None:
    result = run("-i", input="import shown\nshown.BPF()  # MARKER\n")
    assert "<console> 1" in result.stdout


def test_the_error_is_an_os_error_too() -> None:
    assert issubclass(SourceNotFoundError, OSError)
