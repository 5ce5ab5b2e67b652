#!/bin/bash
# SPDX-License-Identifier: MIT
# Measures a release build on a simulated bucket of 1,000,000 images over 1,000 days, each exchange
# with which takes 50 ms, and prints a table. Needs what tests/install.sh installs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
PATH=$root/build-test/node/bin:$PATH
build=$root/build-test/release

work=$(mktemp -d /tmp/image-storage-bench.XXXXXX)
trap 'rm -rf "$work"' EXIT

[ -e "$build/build.ninja" ] ||
    meson setup "$build" "$root" --buildtype=release -Dtests=false >"$work/log" || { cat "$work/log"; exit 1; }
ninja -C "$build" >"$work/log" || { cat "$work/log"; exit 1; }
read -ra libcurl < <(pkg-config --cflags --libs libcurl)
cc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra -o "$work/serial_list" "$here/serial_list.c" "${libcurl[@]}"

TMPDIR=$work node "$here/library.mjs" "$build/image-storage-mcp" "$work/serial_list"
