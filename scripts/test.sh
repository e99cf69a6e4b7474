#!/usr/bin/env bash
# All tests. The release profile, because its dependencies are built already;
# the last lines are the runners' own summaries. All run even if one fails.
set -euo pipefail
. "$(dirname "$0")/common.sh"

kernels=${PYTHONBPF_VM_KERNELS:-6.1}
unavailable=77 # what the lab ends with where it cannot be had

failed=0
scripts/fuzz.sh 60 || failed=1
say "Rust tests"
"$CARGO" test --release --locked --workspace || failed=1
say "Random programs beside C: the same ones each time, and new ones"
"$CARGO" xtask differ --seed 1 --count 1000 --quiet || failed=1
"$CARGO" xtask differ --count 200 --quiet || failed=1
say "the figures of the corpus: instructions, bytes, what the verifier looks at"
.venv/bin/python bench/guard.py || failed=1
say "the cases and the Python tests on kernels $kernels, in virtual machines"
status=0
target/release/xtask vm --kernel "$kernels" || status=$?
if [ "$status" -eq "$unavailable" ]; then
	say "not all of these kernels can be had here: this machine's own was tested, and what is in the table"
elif [ "$status" -ne 0 ]; then
	failed=1
fi
say "Python tests and the wheel"
.venv/bin/python -m pytest tests/python || failed=1
exit "$failed"
