#!/usr/bin/env bash
# Builds the wheel into dist/, where tests/python/test_wheel.py finds it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

say "building the wheel"
rm -rf dist
.venv/bin/maturin build --release --locked --quiet --out dist || die "the wheel does not build"
say "made $(echo dist/*.whl)"
