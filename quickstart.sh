#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is needed (Debian, Ubuntu), builds the server, starts it as an MCP host would, saves a real image into a
# local directory through MCP, and prints the image's URL and a configuration to paste into a host.
set -euo pipefail
cd "$(dirname "$0")"

packages=(gcc meson ninja-build pkg-config python3 libcurl4-openssl-dev libssl-dev libjansson-dev
          uuid-dev libexpat1-dev zlib1g-dev libutf8proc-dev ca-certificates)

install_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *' installed' ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    local sudo=()
    ((EUID == 0)) || sudo=(sudo)
    echo "Installing: ${missing[*]}"
    "${sudo[@]}" apt-get -o DPkg::Lock::Timeout=300 update -q >/dev/null
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

if command -v dpkg-query >/dev/null; then
    install_packages
else
    echo "This is neither Debian nor Ubuntu: install the equivalents of ${packages[*]} first." >&2
fi

[[ -e build/build.ninja ]] || meson setup build --buildtype=release -Dtests=false >/dev/null
meson compile -C build >/dev/null
server=$PWD/build/image-storage-mcp
echo "Built: $server"

# Everything S3_* is left out, so that this first image goes into the local directory whatever is configured.
for name in "${!S3_@}" "${!IMAGE_@}"; do unset "$name"; done

python3 - "$server" tests/data/sample.png <<'PYTHON'
import base64, json, subprocess, sys

server, image = sys.argv[1:]
process = subprocess.Popen([server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

def send(message):
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    process.stdin.flush()

def request(number, method, params):
    send({"id": number, "method": method, "params": params})
    answer = {}
    while answer.get("id") != number:  # notifications may come first
        line = process.stdout.readline()
        if not line:
            sys.exit("The server ended without an answer.")
        answer = json.loads(line)
    if "error" in answer or answer["result"].get("isError"):
        sys.exit("The server refused: " + json.dumps(answer))
    return answer["result"]

request(1, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                          "clientInfo": {"name": "quickstart", "version": "1"}})
send({"method": "notifications/initialized"})
with open(image, "rb") as file:
    data = base64.b64encode(file.read()).decode()
saved = request(2, "tools/call", {"name": "save_image", "arguments": {
    "data": data, "prompt": "A first image, to see that it works", "model": "quickstart"}})
process.stdin.close()
process.wait()
facts = saved["structuredContent"]
print(f"\nSaved {image} ({facts['width']}x{facts['height']}, {facts['size']} bytes) through MCP. Its URL:\n")
print("    " + facts["url"])
print(f"\nTo put it into an assistant (this shows the change to its configuration, and asks):\n\n    {server} setup")
configuration = {"mcpServers": {"image-storage": {"command": server, "env": {}}}}
print("\nOr by hand, for Claude Desktop, Cursor and others (VS Code says \"servers\" instead of \"mcpServers\"):\n")
print(json.dumps(configuration, indent=2))
print(f"\nClaude Code:\n\n    claude mcp add image-storage -- {server}")
print("\nTo store in R2, AWS S3 or another bucket, put the S3_* variables of README.md into \"env\".")
PYTHON
