#!/bin/bash
# SPDX-License-Identifier: MIT
# certificate.sh DIR [NAMES]: a certificate authority that lives for a day (DIR/ca.pem), and a server
# certificate signed by it (DIR/server.pem, with its key in DIR/server-key.pem) for NAMES, or for the
# loopback names that most tests use.
set -euo pipefail

directory=$1
names=${2:-IP:127.0.0.1,DNS:localhost,DNS:s3.localhost,DNS:*.s3.localhost}
mkdir -p "$directory"
cd "$directory"

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
openssl req -x509 "${new_key[@]}" -days 1 -subj "/CN=image-storage-mcp tests" \
    -addext "keyUsage=critical,keyCertSign" -keyout ca-key.pem -out ca.pem 2>openssl.log
openssl req "${new_key[@]}" -subj "/CN=localhost" -keyout server-key.pem -out server.csr \
    2>>openssl.log
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 1 \
    -out server.pem -extfile <(echo "subjectAltName=$names") 2>>openssl.log
