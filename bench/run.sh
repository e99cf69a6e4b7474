#!/usr/bin/env bash
# Measures pythonbpf against the same programs in C, side by side in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python bench/run.py "$@"
