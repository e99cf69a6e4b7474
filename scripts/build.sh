#!/usr/bin/env bash
# Builds the command, the development tasks, the programs that the lab runs and
# the Python package. All packages are named to cargo, though it makes a few
# programs of them: a choice of packages is a choice of features of their
# dependencies, and with all of them chosen maturin and the tests find
# everything compiled already.
set -euo pipefail
. "$(dirname "$0")/common.sh"

say "building the command (the first time takes some minutes)"
programs=(pythonbpf xtask case-objects case-runner)
"$CARGO" build --release --locked --workspace "${programs[@]/#/--bin=}" ||
	die "the command does not build"
if [ "$TARGET" != target ]; then
	mkdir -p target/release
	ln -sf "${programs[@]/#/$(realpath "$TARGET")/release/}" target/release/
fi
say "building the Python package"
.venv/bin/maturin develop --release --locked --quiet || die "the Python package does not build"
say "ready: target/release/pythonbpf, and pythonbpf in .venv/bin/python"
