#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mcpb.py OUTPUT VERSION PROGRAM LICENSE MANIFEST SCHEMA...: an MCP bundle.

Hosts start it where our libraries may not be installed, so those beyond the C library are in it, with
their licences. The same input gives the same bytes.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

# What every system has, and what must fit its kernel and its name service.
C_LIBRARY = re.compile(r"(ld-linux|linux-vdso|lib(c|m|dl|rt|pthread|resolv|util|anl|nss_\w+)\.so)")
DOCUMENTATION = pathlib.Path("/usr/share/doc")


def libraries(program):
    """The files of the shared libraries that the program loads, by the names it loads them by."""
    listing = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    found = dict(re.findall(r"^\s*(\S+) => (/\S+)", listing, re.MULTILINE))
    return {name: pathlib.Path(path) for name, path in found.items() if not C_LIBRARY.match(name)}


def licence(library):
    """The file that tells the licence of a library, and the name of its package; None: not known."""
    for path in (library, library.resolve()):
        try:
            query = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
        except FileNotFoundError:
            return None
        package = query.stdout.partition(":")[0]
        if (file := DOCUMENTATION / package / "copyright").is_file():
            return package, file
    return None


def stripped(file, directory):
    """A copy without symbols, where there is a strip; else the file."""
    if not shutil.which("strip"):
        return file
    copy = pathlib.Path(directory) / file.name
    subprocess.run(["strip", "--strip-unneeded", "-o", copy, file.resolve()], check=True)
    return copy


def manifest(file, version, schemas):
    content = json.loads(file.read_text())
    tools = [json.loads(pathlib.Path(schema).read_text()) for schema in schemas]
    content["version"] = version
    content["tools"] = [{key: tool[key] for key in ("name", "description")} for tool in tools]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write(bundle, name, content, mode=0o644):
    info = zipfile.ZipInfo(name)  # of 1980, always
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(info, content)


def main(output, version, program, license_file, manifest_file, *schemas):
    needed = libraries(program)
    licences = dict(filter(None, map(licence, needed.values())))
    with tempfile.TemporaryDirectory() as directory, zipfile.ZipFile(output, "w") as bundle:
        write(bundle, "manifest.json", manifest(pathlib.Path(manifest_file), version, schemas))
        write(bundle, "LICENSE", pathlib.Path(license_file).read_bytes())
        file = stripped(pathlib.Path(program), directory)
        write(bundle, "server/image-storage-mcp", file.read_bytes(), 0o755)
        for name, library in sorted(needed.items()):
            write(bundle, f"server/lib/{name}", stripped(library, directory).read_bytes())
        for package, file in sorted(licences.items()):
            write(bundle, f"licenses/{package}", file.read_bytes())


main(*sys.argv[1:])
