#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs all tests, from a fresh machine to the last line: "N passed, N failed, N skipped".
#
#   tests/run.sh           everything: gcc, clang, address and undefined sanitizers, thread sanitizer
#   tests/run.sh --quick   one build, unit tests, and the end-to-end tests that need no S3 server
#
# Each step appends a line for every test to $results; a step that breaks off counts as a failure of
# its own. Servers are started by the tests that need them, on ports that the kernel picks.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
quick=
case ${1:-} in
'') ;;
--quick) quick=yes ;;
*) sed -n '3,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

bash "$here/install.sh" || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
PATH=$root/build-test/node/bin:$PATH

work=$(mktemp -d /tmp/image-storage-tests.XXXXXX)
chmod 755 "$work" # some tests start the program as nobody
export TMPDIR=$work
results=$work/results
touch "$results"
ended=

finish() {
    local ceph
    for ceph in "$work"/*/ceph.conf; do
        [ ! -e "$ceph" ] || bash "$here/servers/ceph.sh" stop "$(dirname "$ceph")"
    done
    [ "$ended" ] || echo "broken off"
    [ "${KEEP:-}" ] || rm -rf "$work"
}
trap finish EXIT
trap 'echo "ended by a signal"; exit 130' INT TERM HUP

headline() { printf '\n=== %s (%d s)\n' "$*" $SECONDS; }
failure() { printf 'failed\t%s\t\n' "$*" | tee -a "$results"; }

# step NAME COMMAND...: a step that must succeed for what follows
step() {
    local name=$1
    shift
    "$@" >"$work/step.log" 2>&1 && return
    cat "$work/step.log"
    failure "$name"
    return 1
}

# build NAME MESON_OPTION...: in build-test/NAME, with CC
build() {
    local dir=$root/build-test/$1
    shift
    [ -e "$dir/build.ninja" ] || step "setting up $dir" meson setup "$dir" "$root" "$@" &&
        step "building $dir" ninja -C "$dir"
}

# unit NAME MESON_TEST_ARGUMENT...: what meson knows, each test case counted
unit() {
    local dir=$root/build-test/$1
    shift
    rm -f "$dir/meson-logs/testlog.json"
    CMOCKA_MESSAGE_OUTPUT=TAP meson test -C "$dir" --no-rebuild --print-errorlogs --timeout-multiplier 5 \
        "$@" >"$work/step.log" 2>&1
    local status=$? failed=
    if [ -e "$dir/meson-logs/testlog.json" ]; then
        node "$here/meson_results.mjs" "$dir" >"$work/unit" || failure "reading the results of $dir"
        cat "$work/unit" >>"$results"
        grep -q '^failed' "$work/unit" && failed=yes
    fi
    [ $status = 0 ] || cat "$work/step.log"
    [ $status = 0 ] || [ $failed ] || failure "meson test in $dir"
    echo "$(wc -l <"$work/unit") test cases"
}

# e2e NAME [TEST_PROGRAM...]: with the binary of build-test/NAME; without programs all of them
e2e() {
    local name=$1 status
    shift
    local tests=("$@")
    [ $# -gt 0 ] || mapfile -t tests < <(cd "$here/e2e" && ls ./*.test.mjs)
    rm -f "$work/e2e"
    (cd "$here/e2e" && IMAGE_STORAGE_MCP=$root/build-test/$name/image-storage-mcp \
        node --test --test-concurrency=2 --test-timeout=300000 \
        --test-reporter=./harness/reporter.mjs --test-reporter-destination="$work/e2e" \
        --test-reporter=spec --test-reporter-destination="$work/spec" "${tests[@]}")
    status=$?
    touch "$work/e2e"
    cat "$work/e2e" >>"$results"
    if [ $status != 0 ]; then
        # the details come after this line, for the failed ones only
        sed -n '/failing tests:/,$p' "$work/spec" | cut -c1-500
        grep -q '^failed' "$work/e2e" || failure "node --test with $name"
    fi
    echo "$(wc -l <"$work/e2e") test cases"
}

# Sanitizers write their reports to files, since hosts do not show what a server says. A report is a
# failure even if every test passed.
reports() {
    local file
    for file in "$work"/report.*; do
        [ -e "$file" ] || return 0
        cat "$file"
        failure "a sanitizer has something to say: $(grep -m 1 -E 'ERROR|WARNING|runtime error' "$file")"
        rm -f "$file"
    done
}

# The first command of the README, as a newcomer runs it.
run_quickstart() {
    headline "quickstart"
    local url
    if step quickstart env HOME="$work/home" XDG_DATA_HOME= "$root/quickstart.sh"; then
        url=$(grep -o 'file://[^ ]*' "$work/step.log" | head -n 1)
        if cmp "${url#file://}" "$here/data/sample.png"; then
            printf 'passed\tquickstart saves a real image\t\n' >>"$results"
        else
            failure "quickstart saves a real image"
        fi
    fi
}

run_gcc() {
    headline "gcc: build, unit tests"
    CC=gcc build gcc -Dwerror=true && unit gcc || return
    if [ $quick ]; then
        headline "end to end, local"
        e2e gcc messages.test.mjs protocol_modern.test.mjs protocol_legacy.test.mjs base64.test.mjs \
            lifecycle.test.mjs configuration.test.mjs setup.test.mjs completion.test.mjs \
            source_path.test.mjs source_url.test.mjs
        return
    fi
    headline "end to end"
    e2e gcc
}

run_clang() {
    headline "clang: build, unit tests"
    CC=clang build clang -Dwerror=true && unit clang
}

# Not with warnings as errors: what gcc warns about depends on its optimisers, and the sanitizers
# confuse it.
run_address() {
    export ASAN_OPTIONS=log_path=$work/report.address:detect_leaks=1:abort_on_error=0
    export UBSAN_OPTIONS=log_path=$work/report.undefined:print_stacktrace=1:halt_on_error=1
    headline "address and undefined sanitizers: build, unit tests"
    if CC=gcc build address -Db_sanitize=address,undefined; then
        unit address
        headline "address and undefined sanitizers: end to end"
        e2e address
    fi
    reports
    unset ASAN_OPTIONS UBSAN_OPTIONS
}

# Unit tests of what has threads in it; the others have nothing to race with.
concurrent_unit_tests() {
    (cd "$here/unit" && grep -rlE --include='*_test.c' \
        -e '"base/(cancel|lookahead|thread|worker_pool)\.h"|"background/|"cli/batch\.h"|"mcp/(server|writer)\.h"' \
        -e '"s3/(client|diagnosis|transport)\.h"|"storage/storage\.h"' \
        -e '"support/(fault_server|library|session)\.h"|<pthread\.h>' .) |
        sed 's|^\./||; s|\.c$||'
}

run_thread() {
    local concurrent
    mapfile -t concurrent < <(concurrent_unit_tests)
    export TSAN_OPTIONS=log_path=$work/report.thread:second_deadlock_stack=1
    headline "thread sanitizer: build, unit tests"
    if CC=gcc build thread -Db_sanitize=thread; then
        unit thread "${concurrent[@]}"
        headline "thread sanitizer: end to end"
        e2e thread lifecycle.test.mjs messages.test.mjs outage.test.mjs save_image.test.mjs \
            list_images.test.mjs slow_store.test.mjs resources_protocol.test.mjs \
            source_url.test.mjs http2.test.mjs first_url.test.mjs commands.test.mjs \
            terminal.test.mjs library_size.test.mjs
    fi
    reports
    unset TSAN_OPTIONS
}

run_quickstart
run_gcc
[ $quick ] || { run_clang; run_address; run_thread; }

count() { grep -c "^$1" "$results" || true; }
headline "done"
awk -F '\t' '$1 == "skipped" { why[$3 ? $3 : "no reason given"]++ }
             END { for (each in why) printf "skipped %d: %s\n", why[each], each }' "$results"
grep '^failed' "$results"
echo "$(count passed) passed, $(count failed) failed, $(count skipped) skipped"
ended=yes
! grep -q '^failed' "$results"
