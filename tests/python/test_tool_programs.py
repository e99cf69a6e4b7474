"""The tools among the examples as people run them: rows come at once, Ctrl-C ends them quietly."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

pytestmark = [pytest.mark.kernel, pytest.mark.host("the examples are not in the guest")]


def runs_a_program() -> None:
    subprocess.run(["/bin/true", "a word"], check=True)


def opens_a_file() -> None:
    Path("/dev/null").open().close()


def connects() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address) as client, server.accept()[0] as peer:
            client.sendall(b"x")
            assert peer.recv(1) == b"x"


TOOLS: dict[str, tuple[Callable[[], None], str]] = {
    "execsnoop": (runs_a_program, "/bin/true a word"),
    "exitsnoop": (runs_a_program, "code 0"),
    "opensnoop": (opens_a_file, "/dev/null"),
    "tcpconnect": (connects, "127.0.0.1"),
    "tcplife": (connects, "127.0.0.1:"),
}


@pytest.mark.parametrize("name", TOOLS)
def test_rows_come_through_a_pipe_and_ctrl_c_is_quiet(name: str, tmp_path: Path) -> None:
    does, wanted = TOOLS[name]
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("w") as rows, err.open("w") as words:
        process = subprocess.Popen(
            [sys.executable, str(EXAMPLES / f"{name}.py")], stdout=rows, stderr=words
        )
        try:
            for _ in range(100):
                does()
                # A row behind the title says that the programs are attached.
                if any(wanted in row for row in out.read_text().splitlines()[1:]):
                    break
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.1)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.wait()
    assert err.read_text() == ""
    title, *rows = out.read_text().splitlines()
    assert title.split()[0] == "PID"
    assert any(wanted in row for row in rows)
