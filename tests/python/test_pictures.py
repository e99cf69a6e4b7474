"""What is shown to people: histograms, tables, plots, printed lines, stacks as functions."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from programs import stacks, table_types
from programs.table_types import Key, Value

from pythonbpf import BPF, NoSuchHookError, hist, linear_hist
from pythonbpf._values import struct_type

PACKET = bytes(64)


# --- histograms -------------------------------------------------------------------------------


def test_powers_of_two() -> None:
    lines = hist({1: 2, 2: 8, 4: 4}, "usecs", width=8).splitlines()
    assert lines == [
        "     usecs | count | distribution",
        "         1 |     2 | ██",
        "    2 .. 3 |     8 | ████████",
        "    4 .. 7 |     0 |",
        "   8 .. 15 |     4 | ████",
    ]
    assert "2 .. 3 |     8" in hist([0, 8], scale="log2")
    assert hist({}) == hist([0, 0]) == ""
    assert str(2**63) in hist({64: 1})


def test_equal_buckets_and_sections() -> None:
    text = linear_hist({0: 1, 1: [1, 2], 3: 1}, "ms", step=10, width=6)
    assert [line.split("|")[1].strip() for line in text.splitlines()[1:]] == ["1", "3", "0", "1"]
    assert "10 .. 19 |     3 | ██████" in text
    text = hist({("read", 1): 1, ("write", 2): 3})
    assert text.index("read:") < text.index("write:")
    assert text.count("distribution") == 2


@pytest.mark.parametrize(
    ("counts", "error"),
    [({"a": 1}, TypeError), ({1: "a"}, TypeError), ({-1: 1}, ValueError), ([-5], ValueError)],
)
def test_what_is_no_histogram(counts: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="histogram"):
        hist(counts)
    with pytest.raises(ValueError, match="'bits' or 'log2'"):
        hist([1], scale="linear")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_numbers_of_numpy_are_counts() -> None:
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    counts = numpy.array([0, 8, 2], dtype=numpy.uint64)
    assert hist(counts) == hist([0, 8, 2])
    each_cpu = numpy.array([[0, 0], [4, 4], [1, 1]])
    assert hist(each_cpu) == hist([0, 8, 2])
    assert hist({numpy.int64(1): numpy.uint32(8), 2: 2}) == hist([0, 8, 2])


def test_buckets_that_no_number_is_in() -> None:
    for wrong, scale in ((65, "bits"), (100, "bits"), (64, "log2")):
        with pytest.raises(ValueError, match=f"there is no bucket {wrong}: the last one is"):
            hist({wrong: 5}, scale=scale)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="there is no bucket"):
        linear_hist({2**60: 1}, step=100)
    assert str(2**64 - 1) in hist({64: 5})
    assert str(2**64 - 1) in hist({63: 5}, scale="log2")


# --- maps -------------------------------------------------------------------------------------


@pytest.fixture
def b() -> Iterator[BPF]:
    bpf = table_types.main()
    bpf.load()
    yield bpf
    bpf.close()


@pytest.mark.kernel
def test_maps_are_tables_and_histograms(b: BPF) -> None:
    b["structs"][Key(80, 1, True)] = Value(5, "<web>", bytes(6), -1)
    html = b["structs"]._repr_html_()
    assert "<th>key.port</th>" in html
    assert "<th>value.name</th>" in html
    assert "<td>&lt;web&gt;</td>" in html
    b["counts"].update(dict.fromkeys(range(60), 1))
    html = b["counts"]._repr_html_()
    assert html.count("<tr>") == 51
    assert "10 more entries" in html
    assert "<td>80</td>" in Key(80, 1, True)._repr_html_()
    b["slots"][:] = [0, 4, 2, 0, 0]
    assert "0 .. 1 |     4" not in hist(b["slots"])
    assert "         1 |     4 |" in hist(b["slots"])
    assert b["slots"]._repr_html_().count("<tr>") == 6


@pytest.mark.kernel
def test_plots_are_bars(b: BPF) -> None:
    class Axes:
        def bar(self, names: list[str], heights: list[int], **options: Any) -> None:
            self.drawn = dict(zip(names, heights, strict=True)), options

    b["counts"].update({2: 20, 1: 10})
    axes = b["counts"].plot(Axes(), color="red")
    assert axes.drawn == ({"1": 10, "2": 20}, {"color": "red"})
    b["structs"][Key(80, 1, True)] = Value()
    with pytest.raises(TypeError):
        b["structs"].plot(Axes())


# --- printed lines and stacks -----------------------------------------------------------------


@pytest.fixture
def traced() -> Iterator[BPF]:
    bpf = stacks.main()
    bpf.globals["wanted"] = os.getpid()
    with bpf:
        yield bpf


@pytest.mark.kernel
@pytest.mark.host("the trace pipe is read by the suite's other tests there")
def test_only_own_lines_are_traced(traced: BPF) -> None:
    other = BPF(
        source=(
            "from ctypes import c_int64, c_void_p\n"
            "from pythonbpf import bpf, bpfglobal, section\n"
            "@bpf\n@section('tracepoint/syscalls/sys_enter_getpgid')\n"
            "def shout(ctx: c_void_p) -> c_int64:\n    print('another line')\n    return 0\n"
            "@bpf\n@bpfglobal\ndef LICENSE() -> str:\n    return 'GPL'\n"
        )
    )
    with other:
        lines = traced.trace(timeout=5)
        for _ in range(3):
            os.getpgid(0)
        found = [next(lines) for _ in range(3)]
        assert {line.msg for line in found} == {f"own line of {os.getpid()}"}
        os.getpgid(0)
        assert next(other.trace(timeout=5)).msg == "another line"
    assert list(other.trace(timeout=5)) == []


@pytest.mark.kernel
@pytest.mark.host("kernels before 6.12 may give no stack there")
def test_kernel_stacks_are_functions(traced: BPF) -> None:
    os.getpgid(0)
    (number,) = list(traced["kernel_counts"])
    frames = traced["kernel_stacks"].symbolize(number)
    names = [frame.function for frame in frames]
    assert any(name is not None and "syscall" in name for name in names), names
    assert str(frames[0]).startswith(f"{names[0]}+0x")
    folded = traced["kernel_stacks"].folded(traced["kernel_counts"])
    line, count = folded.rsplit(" ", 1)
    assert count == "1"
    assert (
        line.split(";")
        == [name or hex(f.address) for name, f in zip(names, frames, strict=True)][::-1]
    )


@pytest.mark.kernel
@pytest.mark.host("kernels before 6.12 may give no stack there")
def test_stacks_that_are_missed_are_counted(traced: BPF) -> None:
    os.getpgid(0)
    stacks = traced["kernel_stacks"]
    (number,) = list(traced["kernel_counts"])
    (line,) = stacks.folded({number: 1}).splitlines()
    frames = line.rpartition(" ")[0]
    exists, fault = -17, -14
    counts = {number: 1, exists: 2, exists % 2**32: 3, exists % 2**64: 4, fault: 5, 10**6: 6}
    assert stacks.folded(counts).splitlines() == sorted([f"{frames} 1", "[missed] 20"])

    sample = struct_type("Sample", ("pid", "kernel", "user", "comm"))
    pid = os.getpid()
    samples = {
        sample(pid, number, fault, "a;b"): 1,
        sample(pid, number, exists, "ab"): [2, 3],
        sample(2**22 + 1, number, fault, "gone"): 6,
        sample(pid, fault, fault, "idle"): 7,
    }
    assert sorted(stacks.folded(samples).splitlines()) == sorted(
        [f"a:b;{frames} 1", f"ab;[missed];{frames} 5", f"gone;{frames} 6", "idle;[missed] 7"]
    )
    other = struct_type("Other", ("ustack_id", "kernel_stack_id"))
    assert stacks.folded({other(exists, number): 1}) == f"[missed];{frames} 1"
    for wrong in ("text", struct_type("Wrong", ("pid", "uid"))(1, 2)):
        with pytest.raises(TypeError, match="by the number of a stack"):
            stacks.folded({wrong: 1})


@pytest.mark.kernel
@pytest.mark.host("the C compiler is here")
def test_user_stacks_are_functions_with_lines(tmp_path: Any) -> None:
    source = tmp_path / "caller.c"
    source.write_text(
        "#include <stdio.h>\n#include <unistd.h>\n"
        "__attribute__((noinline)) int inner_call(void) {\n    return getpgid(0);\n}\n"
        "__attribute__((noinline)) int outer_call(void) {\n    return inner_call() + 1;\n}\n"
        "int main(void) {\n    getchar();\n    int n = outer_call();\n"
        '    puts("done");\n    fflush(stdout);\n    getchar();\n    return n == 0;\n}\n'
    )
    program = tmp_path / "caller"
    made = subprocess.run(
        ["cc", "-g", "-O0", "-fno-omit-frame-pointer", "-static", str(source), "-o", str(program)],
        check=False,
    )
    if made.returncode:
        pytest.skip("no C compiler with a static C library")
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    traced = stacks.main()
    traced.globals["wanted"] = process.pid
    traced.load_and_attach()
    try:
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"
        (number,) = list(traced["user_counts"])
        frames = traced["user_stacks"].symbolize(number, process.pid)
        by_name = {frame.function: frame for frame in frames}
        assert by_name["outer_call"].file == str(source)
        assert by_name["outer_call"].line == 7
        assert by_name["main"].module == str(program)
        folded = traced["user_stacks"].folded(traced["user_counts"], process.pid)
        assert "main;outer_call" in folded
    finally:
        process.kill()
        process.wait()
    with contextlib.closing(traced):
        with pytest.raises(NoSuchHookError, match="no process"):
            traced["user_stacks"].symbolize(number, process.pid)
        # Without the process there are addresses.
        assert all(not frame.function for frame in traced["user_stacks"].symbolize(number))
        with pytest.raises(KeyError):
            traced["user_stacks"].symbolize(10**6)


def test_the_package_tells_of_them() -> None:
    code = "import pythonbpf; print(pythonbpf.hist([0, 3]))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "         1 |     3 |" in ran.stdout
