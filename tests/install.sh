#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs what the tests need on Debian and Ubuntu, and only what is missing: the second time it
# does nothing and needs no network. As root, or with sudo.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
node=$(dirname "$here")/build-test/node # where one of our own goes
NODE_MINIMUM=20
NODE_VERSION=20.20.2 # taken from npm where the distribution's is older

say() { echo "install: $*"; }

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
available() { apt-cache show "$1" >/dev/null 2>&1; }

missing() {
    local package
    for package; do installed "$package" || echo "$package"; done
}

apt_get() {
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# install_packages PACKAGE...: those that are not there yet
updated=
install_packages() {
    local wanted
    mapfile -t wanted < <(missing "$@")
    [ ${#wanted[@]} -gt 0 ] || return 0
    [ "$updated" ] || apt_get update
    updated=yes
    say "${wanted[*]}"
    apt_get install -y --no-install-recommends "${wanted[@]}"
}

# The sanitizers and fuzzers of clang are a package of its version on some releases.
install_clang_runtime() {
    local major runtime
    major=$(clang --version | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
    runtime=libclang-rt-$major-dev
    if available "$runtime"; then install_packages "$runtime"; fi
}

node_is_new_enough() {
    command -v node >/dev/null &&
        [ "$(node -p 'process.versions.node.split(".")[0]')" -ge $NODE_MINIMUM ]
}

install_node() {
    if node_is_new_enough && command -v npm >/dev/null; then return; fi
    command -v npm >/dev/null || install_packages nodejs npm
    node_is_new_enough && return
    local machine
    case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) say "node $NODE_MINIMUM is needed; there is no package of it for $(uname -m)"; return 1 ;;
    esac
    say "node $NODE_VERSION from npm"
    npm install --no-audit --no-fund --no-save --prefix "$node" \
        "node-linux-$machine@$NODE_VERSION"
    mkdir -p "$node/bin"
    ln -sf "../node_modules/node-linux-$machine/bin/node" "$node/bin/node"
}

# The clients, the validator and the R2 simulator, as the lock file has them.
install_npm_packages() {
    cd "$here/e2e"
    cmp -s package-lock.json node_modules/.installed-from && return
    say "npm packages"
    # scripts: none of them is needed; engines: the simulator asks for more than it uses
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.installed-from
}

install_packages build-essential meson ninja-build pkg-config python3 clang \
    libcurl4-openssl-dev libssl-dev libjansson-dev uuid-dev libexpat1-dev zlib1g-dev libutf8proc-dev libcmocka-dev \
    openssl curl ca-certificates nginx-light iproute2 libfaketime fish zsh man-db mandoc
install_clang_runtime
install_node
PATH=$node/bin:$PATH
install_npm_packages

# A real S3 server. Where the release has none of it, its tests are skipped and say so.
if ! command -v radosgw >/dev/null || ! command -v ceph-osd >/dev/null; then
    [ "$updated" ] || apt_get update
    updated=yes
    if available radosgw && available ceph-osd && available ceph-mon; then
        install_packages radosgw ceph-mon ceph-osd
    else
        say "this release has no packages of Ceph"
    fi
fi
