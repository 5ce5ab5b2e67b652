#!/bin/bash
# SPDX-License-Identifier: MIT
# Ceph's object gateway as the S3 server of the tests: one monitor, one object store in memory, one
# radosgw with http and https, all on loopback, all without cephx.
#
#   ceph.sh missing             says what is not installed, and nothing when everything is there
#   ceph.sh start DIR           returns when it answers; DIR/endpoints names what it listens on
#   ceph.sh kill-gateway DIR    SIGKILL to radosgw only: an outage, the objects stay
#   ceph.sh start-gateway DIR   the end of that outage; with CEPH_CLOCK=+2h its clock is that far off
#   ceph.sh stop DIR
#
# Two users: CEPH_ACCESS_KEY with CEPH_SECRET_KEY, and a stranger whose keys are the same with
# "stranger-" before them. The daemons outlive this script: whoever starts them stops them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
: "${CEPH_ACCESS_KEY:=test-access-key}" "${CEPH_SECRET_KEY:=test-secret-key}"

fail() {
    echo "ceph.sh: $*" >&2
    exit 1
}

missing() {
    for program in monmaptool ceph-mon ceph-osd ceph radosgw radosgw-admin; do
        command -v "$program" >/dev/null || { echo "$program is not installed"; return; }
    done
}

# daemon NAME COMMAND...: in the background, its process id in $dir/NAME.pid
daemon() {
    local name=$1
    shift
    setsid "$@" -c "$conf" -f >>"$dir/log/$name.out" 2>&1 </dev/null &
    echo $! >"$dir/$name.pid"
}

end_daemon() {
    local file=$dir/$1.pid
    [ -e "$file" ] || return 0
    local pid
    pid=$(cat "$file")
    kill -9 "$pid" 2>/dev/null || true
    # a zombie is dead enough: who reaps it, and when, is the system's affair
    while grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/task/"*/status; do sleep 0.01; done
    rm -f "$file"
}

write_conf() {
    cat >"$conf" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$mon_v2,v1:127.0.0.1:$mon_v1]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
# nobody but these tests can reach it
auth cluster required = none
auth service required = none
auth client required = none
keyring = /dev/null
# everything stays below DIR
run dir = $dir/run
crash dir = $dir/run
admin socket = $dir/run/\$name.asok
log file = $dir/log/\$name.log
pid file =
# one copy of everything, and no manager that would tend to it
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon mgr beacon grace = 100000
mon data avail warn = 1
mon data avail crit = 1
# decide at once: there is nobody to wait for
paxos propose interval = 0.02
paxos min wait = 0.01
[mon.a]
mon data = $dir/mon
[osd]
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd max object name len = 2048
[client]
# radosgw would insist on encryption, which needs cephx
ms mon client mode = crc
rgw data = $dir/rgw
rgw frontends = beast endpoint=127.0.0.1:$http ssl_endpoint=127.0.0.1:$https \
ssl_certificate=$dir/tls/server.pem ssl_private_key=$dir/tls/server-key.pem
rgw dns name = s3.localhost
rgw thread pool size = 32
rgw enable usage log = false
rgw enable ops log = false
rgw run sync thread = false
rgw num rados handles = 1
rgw gc max objs = 4
rgw lc max objs = 4
rgw objexp hints num shards = 4
rgw usage max shards = 1
rgw num control oids = 1
CONF
}

clock_library() { find /usr/lib -name libfaketimeMT.so.1 | head -n 1; }

start_gateway() {
    local clock=()
    if [ "${CEPH_CLOCK:-}" ]; then
        clock=(env LD_PRELOAD="$(clock_library)" FAKETIME="$CEPH_CLOCK"
            FAKETIME_DONT_FAKE_MONOTONIC=1)
    fi
    daemon gateway "${clock[@]}" radosgw -n client.rgw
    # shellcheck disable=SC1091
    . "$dir/endpoints"
    local deadline=$((SECONDS + 180))
    until curl -sf -o /dev/null --noproxy '*' "$CEPH_HTTP/"; do
        kill -0 "$(cat "$dir/gateway.pid")" 2>/dev/null || fail "radosgw ended, see $dir/log"
        [ $SECONDS -lt $deadline ] || fail "radosgw does not answer, see $dir/log"
        sleep 0.05
    done
}

new_user() {
    radosgw-admin -c "$conf" user create --uid="$1" --display-name="$1" \
        --access-key="$2" --secret-key="$3" >>"$dir/log/setup.out" 2>&1
}

start() {
    [ -z "$(missing)" ] || fail "$(missing)"
    [ ! -e "$dir/ceph.conf" ] || fail "$dir is in use"
    mkdir -p "$dir"/{mon,osd,rgw,run,log}
    trap '[ $? = 0 ] || stop' EXIT
    read -r http https mon_v2 mon_v1 < <(node "$here/free_ports.mjs" 4)
    fsid=$(cat /proc/sys/kernel/random/uuid)
    local osd_id
    osd_id=$(cat /proc/sys/kernel/random/uuid)
    bash "$here/certificate.sh" "$dir/tls"
    write_conf

    {
        monmaptool --create --fsid "$fsid" \
            --addv a "[v2:127.0.0.1:$mon_v2,v1:127.0.0.1:$mon_v1]" "$dir/monmap"
        ceph-mon -c "$conf" --mkfs -i a --monmap "$dir/monmap"
        daemon monitor ceph-mon -i a
        ceph -c "$conf" --connect-timeout 120 osd new "$osd_id" 0
        ceph-osd -c "$conf" --mkfs -i 0 --osd-uuid "$osd_id"
        daemon store ceph-osd -i 0
    } >>"$dir/log/setup.out" 2>&1 || fail "the cluster did not start, see $dir/log/setup.out"
    new_user owner "$CEPH_ACCESS_KEY" "$CEPH_SECRET_KEY"
    new_user stranger "stranger-$CEPH_ACCESS_KEY" "stranger-$CEPH_SECRET_KEY"
    printf '%s\n' "CEPH_HTTP=http://127.0.0.1:$http" "CEPH_HTTPS=https://127.0.0.1:$https" \
        "CEPH_HTTP_VIRTUAL=http://s3.localhost:$http" \
        "CEPH_HTTPS_VIRTUAL=https://s3.localhost:$https" \
        "CEPH_CA_BUNDLE=$dir/tls/ca.pem" >"$dir/endpoints"
    start_gateway
}

stop() {
    local name
    for name in gateway store monitor; do end_daemon "$name"; done
}

command=${1:?start, stop, kill-gateway, start-gateway or missing}
if [ "$command" != missing ]; then
    mkdir -p "${2:?a directory}"
    dir=$(cd "$2" && pwd)
    conf=$dir/ceph.conf
    export CEPH_CONF=$conf
fi
case $command in
missing) missing ;;
start) start ;;
stop) stop ;;
kill-gateway) end_daemon gateway ;;
start-gateway) start_gateway ;;
*) fail "unknown command $command" ;;
esac
