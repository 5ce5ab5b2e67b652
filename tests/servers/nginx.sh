#!/bin/bash
# SPDX-License-Identifier: MIT
# nginx as a place that takes any PUT: the bottom line that saves are measured against, no S3 in it.
#   nginx.sh start DIR    prints its URL; the files arrive in DIR/data
#   nginx.sh stop DIR
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${2:?a directory}"
dir=$(cd "$2" && pwd)

start() {
    mkdir -p "$dir"/{data,tmp}
    local port
    port=$(node "$here/free_ports.mjs" 1)
    cat >"$dir/nginx.conf" <<CONF
pid $dir/nginx.pid;
worker_processes 1;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events {}
http {
    access_log off;
    types { image/png png; }
    keepalive_requests 1000000;
    client_max_body_size 0;
    client_body_temp_path $dir/tmp/body;
    proxy_temp_path $dir/tmp/proxy;
    fastcgi_temp_path $dir/tmp/fastcgi;
    uwsgi_temp_path $dir/tmp/uwsgi;
    scgi_temp_path $dir/tmp/scgi;
    server {
        listen 127.0.0.1:$port;
        root $dir/data;
        location / {
            dav_methods PUT DELETE;
            create_full_put_path on;
        }
    }
}
CONF
    nginx -c "$dir/nginx.conf" -e "$dir/error.log"
    echo "http://127.0.0.1:$port"
}

stop() {
    [ ! -e "$dir/nginx.pid" ] || kill "$(cat "$dir/nginx.pid")"
}

case $1 in
start) start ;;
stop) stop ;;
*) echo "nginx.sh: unknown command $1" >&2; exit 1 ;;
esac
