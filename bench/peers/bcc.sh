#!/usr/bin/env bash
# Runs BCC's counter with the newest kernel headers of Debian where those of the
# running kernel are missing, in a mount namespace of its own.
set -euo pipefail
here=$(dirname "$0")
release=$(uname -r)
if [ ! -d "/lib/modules/$release/build" ]; then
	build=$(printf '%s\n' /usr/src/linux-headers-*-amd64 | sort -V | tail -n 1)
	common=$(printf '%s\n' /usr/src/linux-headers-*-common | sort -V | tail -n 1)
	mount -t tmpfs tmpfs /lib/modules
	mkdir -p "/lib/modules/$release"
	ln -s "$build" "/lib/modules/$release/build"
	ln -s "$common" "/lib/modules/$release/source"
fi
exec /usr/bin/python3 "$here/bcc_count.py"
