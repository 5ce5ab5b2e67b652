#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the conformance program ($1) against the local provider in a directory of its own.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
IMAGE_STORAGE_PROVIDER=local IMAGE_STORAGE_DIR="$directory/images" "$1"
