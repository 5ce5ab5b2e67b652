#!/bin/bash
# SPDX-License-Identifier: MIT
# Measures a release build and prints a table. Needs what tests/install.sh installs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
PATH=$root/build-test/node/bin:$PATH
build=$root/build-test/release

# in memory: a disk would only add noise to what is measured
work=$(mktemp -d /dev/shm/image-storage-bench.XXXXXX)
trap 'bash "$root/tests/servers/nginx.sh" stop "$work/nginx"; rm -rf "$work"' EXIT

[ -e "$build/build.ninja" ] ||
    meson setup "$build" "$root" --buildtype=release -Dtests=false >"$work/log" || { cat "$work/log"; exit 1; }
ninja -C "$build" >"$work/log" || { cat "$work/log"; exit 1; }
read -ra libcurl < <(pkg-config --cflags --libs libcurl)
cc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra -o "$work/driver" "$here/driver.c"
cc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra -o "$work/put_floor" "$here/put_floor.c" "${libcurl[@]}"

sink=$(bash "$root/tests/servers/nginx.sh" start "$work/nginx")
TMPDIR=$work node "$here/bench.mjs" "$build/image-storage-mcp" "$work" "$sink"
