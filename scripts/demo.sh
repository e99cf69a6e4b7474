#!/usr/bin/env bash
# Shows processes as they start: a program of examples/, compiled and attached
# on this kernel, while this script starts some processes to look at.
set -euo pipefail
. "$(dirname "$0")/common.sh"

program=examples/exec_events.py
seconds=3

can_be_root || die "the demo loads a program into the kernel: run it as root"
say "$program for $seconds seconds; ls, id, date and uname are started meanwhile"
(
	sleep 1
	for _ in 1 2; do
		for command in ls id date uname; do
			"$command" >/dev/null
			sleep 0.1
		done
	done
) &
workload=$!
trap 'kill "$workload" 2>/dev/null || true' EXIT
as_root target/release/pythonbpf run "$program" --duration "$seconds"
