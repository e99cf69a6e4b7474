"""What the kernel's verifier refuses, in words: real refusals of another compiler's programs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import LAB_OBJECTS, Run

from pythonbpf import BPF, VerifierError

pytestmark = pytest.mark.kernel

SOURCE = Path(__file__).parent / "programs" / "rejected.c"

# The name of each program, and words of its meaning and of its way out.
CAUSES = {
    "NULL_POINTER": ("may be null", "test it"),
    "OUT_OF_VALUE": ("outside the map's value", "bound the index"),
    "PACKET": ("packet may be shorter", "data_end"),
    "STACK": ("outside the", "PerCpuArray"),
    "UNINITIALISED": ("no value on some path", "before the branch"),
    "LEAK": ("not released", "every path"),
    "RETURN_VALUE": ("does not take this return value", "constants"),
    "HELPER": ("may not call this helper|not for programs of this kind", "another helper"),
    "TOO_COMPLEX": ("branches on one path|paths through the program", "loops shorter"),
    "LOOP": ("from one turn|there is a loop", "bound|count the turns"),
    "CONTEXT": ("this part of their context", "own width"),
    "NUMBER": ("used as an address", "probe_read"),
    "ARGUMENT": ("another kind of argument", "expects"),
    "OFFSET": ("nothing bounds|outside the map's value", "test the number|bound the index"),
}


def compiled(name: str, folder: Path) -> Path:
    if LAB_OBJECTS is not None:
        return Path(LAB_OBJECTS) / f"rejected-{name}.o"
    command = shutil.which("clang-22") or shutil.which("clang")
    if command is None:
        pytest.skip("needs clang, to have a program that is wrong")
    output = folder / f"{name}.o"
    build = [command, "-O2", "-g", "-target", "bpf", f"-D{name}", "-c", SOURCE, "-o", output]
    subprocess.run(build, check=True, timeout=60)
    return output


@pytest.mark.parametrize("name", CAUSES)
def test_a_refusal_is_shown_on_its_line_in_words(name: str, tmp_path: Path) -> None:
    b = BPF.from_object(compiled(name, tmp_path))
    with pytest.raises(VerifierError) as caught:
        b.load()
    error = caught.value
    print(error.log[-1500:])
    meaning, mend = CAUSES[name]
    assert any(words in (error.meaning or "") for words in meaning.split("|")), error
    assert any(words in (error.mend or "") for words in mend.split("|")), error
    text = str(error)
    assert "rejected.c:" in text
    assert str(error.meaning) in text
    assert f"help: {error.mend}"[:40] in text
    # Loops and limits are found somewhere on their way.
    if name not in ("TOO_COMPLEX", "LOOP", "LEAK", "RETURN_VALUE"):
        lines = SOURCE.read_text().splitlines()
        assert "// here" in lines[(error.line or 0) - 1], (error.line, text)
    assert error.log.strip()


@pytest.mark.host("the command is tried where it is built")
def test_the_command_shows_the_same(run: Run, tmp_path: Path) -> None:
    file = compiled("NULL_POINTER", tmp_path)
    done = run("-m", "pythonbpf", "verify", str(file))
    assert done.returncode == 3
    assert "a pointer that may be null is followed" in done.stderr
    assert "reads 8 bytes at r0" in done.stderr
    assert "map `values`, or null" in done.stderr
    assert "help: test it first" in done.stderr
    whole = run("-m", "pythonbpf", "verify", "--log", str(file))
    assert "processed " in whole.stderr
