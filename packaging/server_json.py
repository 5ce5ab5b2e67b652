#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""server_json.py OUTPUT REPOSITORY BUNDLE: the bundle's entry for the MCP registry.

The bundle says what there is to say; only where its releases are comes from outside.
"""
import hashlib
import json
import pathlib
import re
import sys
import zipfile

SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
DESCRIPTION = "Stores generated images in your own S3 bucket or a local directory and returns their URLs."
FORMATS = {"directory": "filepath", "file": "filepath", "number": "number", "boolean": "boolean"}


def variables(manifest):
    """The environment that the bundle's user is asked for."""
    for name, value in manifest["server"]["mcp_config"]["env"].items():
        if key := re.fullmatch(r"\$\{user_config\.(\w+)\}", value):
            setting = manifest["user_config"][key[1]]
            yield {
                "name": name,
                "description": setting["description"],
                "format": FORMATS.get(setting["type"], "string"),
                "isRequired": setting.get("required", False),
                "isSecret": setting.get("sensitive", False),
            }


def main(output, repository, bundle):
    place = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)(\.git)?/?", repository)
    if not place:
        sys.exit("Set -Drepository=https://github.com/OWNER/NAME: the registry takes bundles of its releases.")
    owner, name = place[1], place[2]
    url = f"https://github.com/{owner}/{name}"
    bundle = pathlib.Path(bundle)
    with zipfile.ZipFile(bundle) as file:
        manifest = json.loads(file.read("manifest.json"))
    entry = {
        "$schema": SCHEMA,
        "name": f"io.github.{owner}/{manifest['name']}",
        "title": manifest["display_name"],
        "description": DESCRIPTION,
        "version": manifest["version"],
        "repository": {"url": url, "source": "github"},
        "packages": [
            {
                "registryType": "mcpb",
                "identifier": f"{url}/releases/download/v{manifest['version']}/{bundle.name}",
                "fileSha256": hashlib.sha256(bundle.read_bytes()).hexdigest(),
                "transport": {"type": "stdio"},
                "environmentVariables": list(variables(manifest)),
            }
        ],
    }
    pathlib.Path(output).write_text(json.dumps(entry, indent=2, ensure_ascii=False) + "\n")


main(*sys.argv[1:])
