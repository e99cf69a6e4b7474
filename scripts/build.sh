#!/usr/bin/env bash
# Builds the command and the Python package; the second shares with the first
# all that is compiled.
set -euo pipefail
. "$(dirname "$0")/common.sh"

say "building the command (the first time takes some minutes)"
"$CARGO" build --release --locked -p pythonbpf-cli || die "the command does not build"
if [ "$TARGET" != target ]; then
	mkdir -p target/release
	ln -sf "$(realpath "$TARGET")/release/pythonbpf" target/release/pythonbpf
fi
say "building the Python package"
.venv/bin/maturin develop --release --locked --quiet || die "the Python package does not build"
say "ready: target/release/pythonbpf, and pythonbpf in .venv/bin/python"
