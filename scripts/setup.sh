#!/usr/bin/env bash
# Brings this machine to where `build`, `test` or `lint` can run: Debian
# packages, a Rust and a Python that are new enough, and the tools in .venv.
# Does only what is missing, so it costs nothing when run again.
set -euo pipefail
. "$(dirname "$0")/common.sh"

case "${1:-}" in
build)
	packages=(gcc g++ make pkg-config llvm-22-dev libpolly-22-dev libelf-dev zlib1g-dev libzstd-dev libxml2-dev)
	;;
test)
	# The lab unpacks kernel modules with xz and asks ldd for libraries.
	packages=(clang-22 bpftool iproute2 libbpf-dev xz-utils libc-bin)
	;;
lint)
	packages=()
	;;
*)
	die "usage: scripts/setup.sh build|test|lint"
	;;
esac

# at_least FOUND WANTED: compares version numbers.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

missing_packages() {
	local package
	for package in "$@"; do
		case "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" in
		installed) ;;
		*) printf '%s\n' "$package" ;;
		esac
	done
}

install_packages() {
	if ! command -v dpkg-query >/dev/null; then
		say "not a Debian-like system: going on as if these packages, or their like, were here: $*"
		return 0
	fi
	local missing=()
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	can_be_root || die "install these packages as root and try again: ${missing[*]}"
	say "installing ${missing[*]}"
	local package log
	log=$(mktemp)
	trap 'rm -f "$log"' RETURN
	if ! as_root apt-get -q update >"$log" 2>&1; then
		die "apt-get update failed: $(grep -m 1 '^[EW]:' "$log" || tail -n 1 "$log")"
	fi
	for package in "${missing[@]}"; do
		apt-cache show "$package" >/dev/null 2>&1 ||
			die "this release has no package $package; for LLVM 22 add the archive described on https://apt.llvm.org and try again"
	done
	if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
		die "apt-get cannot install ${missing[*]}: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log")"
	fi
}

check_rust() {
	local version
	version=$("$CARGO" --version 2>/dev/null | cut -d ' ' -f 2) ||
		die "Rust 1.95 or newer is needed and $CARGO was not found: see https://rustup.rs"
	at_least "$version" 1.95 || die "Rust 1.95 or newer is needed, this is $version: run 'rustup update stable'"
}

check_python() {
	local version
	version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) ||
		die "Python 3.10 or newer is needed and $PYTHON was not found"
	at_least "$version" 3.10 || die "Python 3.10 or newer is needed, this is $version: set PYTHON to a newer one"
}

make_venv() {
	[ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1 || return 0
	# Debian keeps what venv needs in a package of its own.
	if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
		case "$(readlink -f "$(command -v "$PYTHON")")" in
		/usr/bin/*) install_packages python3-venv ;;
		*) die "$PYTHON lacks the modules venv and ensurepip" ;;
		esac
	fi
	say "making .venv"
	"$PYTHON" -m venv --clear .venv || die "$PYTHON -m venv cannot make .venv"
}

# One dependency group of pyproject.toml, unless it was installed from the same
# file before.
install_tools() {
	local stamp=.venv/installed-$1.toml
	! cmp -s pyproject.toml "$stamp" || return 0
	say "installing the Python tools of the group $1"
	local pip=(.venv/bin/python -m pip install -q --disable-pip-version-check)
	"${pip[@]}" 'pip>=25.1' || die "pip cannot update itself to one that knows dependency groups"
	"${pip[@]}" --group "$1" || die "pip cannot install the group $1 of pyproject.toml"
	cp pyproject.toml "$stamp"
}

[ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
if [ "$1" = build ]; then
	check_rust
	check_python
	make_venv
fi
install_tools "$1"
