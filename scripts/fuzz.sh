#!/usr/bin/env bash
# Runs the fuzzers of fuzz/ for some seconds: all of them, or those named.
#
#   scripts/fuzz.sh SECONDS [TARGET…]
#
# The seconds are shared out among the targets. What a target finds is left in
# the folder that is named. FUZZ_KEEP=folder keeps what the runs learn, to go on
# from there (a folder for each target); FUZZ_FLAGS are more options of
# libFuzzer's. Everything is built on the stable compiler with the counters
# that libFuzzer reads.
set -euo pipefail
. "$(dirname "$0")/common.sh"

all=(source object btf text)
[ $# -ge 1 ] || die "usage: scripts/fuzz.sh SECONDS [TARGET…]"
seconds=$1
shift
targets=("${@:-${all[@]}}")
host=$(rustc -vV | sed -n 's/^host: //p')
built=$(realpath -m "$TARGET")/fuzz

# The counters, as cargo-fuzz asks for them; build scripts do without, because
# a target is named. cfg(fuzzing) opens what only fuzzers reach.
flags=(
	-Cpasses=sancov-module
	-Cllvm-args=-sanitizer-coverage-level=4
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters
	-Cllvm-args=-sanitizer-coverage-pc-table
	-Cllvm-args=-sanitizer-coverage-trace-compares
	--cfg fuzzing
)
# libbpf as well, where there is a clang: gcc has no such counters.
if command -v clang-22 >/dev/null; then
	export "CC_${host//-/_}"=clang-22
	export LIBBPF_SYS_EXTRA_CFLAGS="-fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp ${FUZZ_CFLAGS:-}"
fi

build() {
	local log
	log=$(mktemp)
	RUSTFLAGS="${flags[*]} ${FUZZ_RUSTFLAGS:-}" CARGO_TARGET_DIR=$built \
		"$CARGO" build --release --locked --target "$host" --manifest-path fuzz/Cargo.toml \
		>"$log" 2>&1 || die "the fuzzers cannot be built: $(grep -m 1 '^error' "$log"), see $log"
	rm -f "$log"
}

# Starts from the corpus of the tree and what earlier runs kept.
run() {
	local target=$1 work=$2 found log
	local corpus=("$work" "fuzz/corpus/$target")
	[ "$target" != source ] || corpus+=(tests/lang tests/guide examples)
	mkdir -p "$work"
	found=$(mktemp -d)
	log=$(mktemp)
	say "fuzzing $target for $((seconds / ${#targets[@]})) seconds"
	# The targets measure the second that an input may take themselves, in time
	# of the processor; the timeout here is for what never ends.
	# shellcheck disable=SC2086
	if "$built/$host/release/$target" "${corpus[@]}" \
		-max_total_time=$((seconds / ${#targets[@]})) -max_len=32768 -timeout=25 \
		-rss_limit_mb=2048 -malloc_limit_mb=512 -artifact_prefix="$found/" \
		-print_final_stats=1 ${FUZZ_FLAGS:-} >"$log" 2>&1; then
		sed -n 's/^stat::number_of_executed_units: *\(.*\)/    \1 inputs, no failure/p' "$log"
		rm -rf "$found" "$log"
	else
		grep -E 'panicked|^==[0-9]+==|SUMMARY|DEADLY' -A 2 "$log" | head -n 12 >&2
		say "$target failed: its input is in $found, its output in $log"
		return 1
	fi
}

say "building the fuzzers"
build
keep=${FUZZ_KEEP:-$(mktemp -d)}
[ -n "${FUZZ_KEEP:-}" ] || trap 'rm -rf "$keep"' EXIT
failed=()
for target in "${targets[@]}"; do
	run "$target" "$keep/$target" || failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || die "fuzzers found failures: ${failed[*]}"
