#!/usr/bin/env bash
# All tests. The release profile, because its dependencies are built already;
# the last lines are the runners' own summaries. All run even if one fails.
set -euo pipefail
. "$(dirname "$0")/common.sh"

failed=0
scripts/fuzz.sh 60 || failed=1
say "Rust tests"
"$CARGO" test --release --locked --workspace || failed=1
say "Random programs beside C: the same ones each time, and new ones"
"$CARGO" xtask differ --seed 1 --count 1000 --quiet || failed=1
"$CARGO" xtask differ --count 200 --quiet || failed=1
say "Python tests, the wheel, and kernel ${PYTHONBPF_VM_KERNELS:-6.1} in a virtual machine"
.venv/bin/python -m pytest tests/python tests/vm || failed=1
exit "$failed"
