#!/usr/bin/env bash
# Formatting, lints, types, licences and crate edges; all are run, and the
# last line names those that failed.
set -euo pipefail
. "$(dirname "$0")/common.sh"

DENY_VERSION=0.20.2

failed=()
check() {
	local name=$1
	shift
	say "$name"
	"$@" || failed+=("$name")
}

deny() {
	if ! cargo-deny --version >/dev/null 2>&1; then
		say "installing cargo-deny $DENY_VERSION (once; some minutes)"
		"$CARGO" install --quiet --locked "cargo-deny@$DENY_VERSION" || return 1
	fi
	local checks=(bans licenses sources)
	if "$CARGO" deny fetch db >/dev/null 2>&1; then
		checks+=(advisories)
	else
		say "advisories are not checked: their database cannot be reached"
	fi
	"$CARGO" deny --locked check --hide-inclusion-graph "${checks[@]}"
}
check "cargo fmt" "$CARGO" fmt --all --check
check "cargo fmt of the fuzzers" "$CARGO" fmt --manifest-path fuzz/Cargo.toml --check
check "crate edges" target/release/xtask edges
check "docs/status.md" target/release/xtask status --check
check "ruff check" .venv/bin/ruff check .
check "ruff format" .venv/bin/ruff format --check .
check "pyright" .venv/bin/pyright
check "cargo deny" deny
check "cargo clippy" "$CARGO" clippy --release --locked --workspace --all-targets -- -D warnings

[ ${#failed[@]} -eq 0 ] || die "failed: ${failed[*]}"
say "all lints passed"
