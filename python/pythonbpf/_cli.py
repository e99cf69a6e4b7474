"""The ``pythonbpf`` command as an entry point of this package."""

from __future__ import annotations

import signal
import sys

from pythonbpf import _native


def main() -> int:
    """Runs the command with the arguments of the process and gives its exit status."""
    # The command handles Ctrl-C itself; CPython's handler would only note it for later.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(["pythonbpf", *sys.argv[1:]])
