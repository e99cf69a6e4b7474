"""``python -m pythonbpf``: the same command as ``pythonbpf``."""

from __future__ import annotations

import sys

from pythonbpf._cli import main

if __name__ == "__main__":
    sys.exit(main())
