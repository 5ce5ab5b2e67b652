#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""deb.py DIRECTORY VERSION BUILD PREFIX MAINTAINER: a Debian package of what `meson install` installs."""
import email.utils
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NAME = "image-storage-mcp"
LICENSE_HEAD = f"""Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {NAME}

Files: *
"""


def output_of(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def install(build, prefix, root):
    """Installs into root, with /usr for the prefix of the build."""
    stage = root.parent / "stage"
    subprocess.run(
        ["meson", "install", "-C", build, "--no-rebuild", "--strip", "--quiet", "--destdir", stage],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    root.mkdir()
    (stage / prefix.lstrip("/")).rename(root / "usr")
    shutil.copytree(stage, root, dirs_exist_ok=True)  # what is not below the prefix


def compress(file):
    packed = gzip.compress(file.read_bytes(), 9, mtime=0)
    file.with_name(file.name + ".gz").write_bytes(packed)
    file.unlink()


def copyright_text(license_text):
    """The licence in the form that Debian reads with machines."""
    holder = re.search(r"^Copyright \(c\) (.*)$", license_text, re.MULTILINE)[1]
    body = license_text.split(holder, 1)[1].strip()
    lines = [f" {line}" if line else " ." for line in body.splitlines()]
    return f"{LICENSE_HEAD}Copyright: {holder}\nLicense: Expat\n" + "\n".join(lines) + "\n"


def documentation(root, version, maintainer):
    directory = root / "usr/share/doc" / NAME
    license_file = directory / "LICENSE"
    (directory / "copyright").write_text(copyright_text(license_file.read_text()))
    license_file.unlink()
    date = email.utils.formatdate(int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or None)
    changelog = directory / "changelog"
    changelog.write_text(
        f"{NAME} ({version}) unstable; urgency=medium\n\n  * Release {version}.\n\n"
        f" -- {maintainer}  {date}\n"
    )
    compress(changelog)
    for page in (root / "usr/share/man").glob("man*/*.[1-9]"):
        compress(page)


def dependencies(root):
    """What the program's libraries are called in Debian, with the versions that its symbols need."""
    work = root.parent
    (work / "debian").mkdir()
    (work / "debian/control").write_text(f"Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n")
    found = output_of("dpkg-shlibdeps", "-O", f"-e{root / 'usr/bin' / NAME}", cwd=work)
    return found.strip().partition("=")[2]


def control(root, version, architecture, maintainer):
    files = [file for file in root.rglob("*") if file.is_file()]
    size = sum(-(-file.stat().st_size // 1024) for file in files)
    sums = (f"{hashlib.md5(f.read_bytes()).hexdigest()}  {f.relative_to(root)}\n" for f in sorted(files))
    directory = root / "DEBIAN"
    directory.mkdir()
    (directory / "md5sums").write_text("".join(sums))
    (directory / "control").write_text(
        f"Package: {NAME}\n"
        f"Version: {version}\n"
        f"Architecture: {architecture}\n"
        f"Maintainer: {maintainer}\n"
        f"Installed-Size: {size}\n"
        f"Depends: {dependencies(root)}, ca-certificates\n"
        "Section: utils\n"
        "Priority: optional\n"
        "Description: MCP server that stores generated images\n"
        " AI assistants start it over the Model Context Protocol to keep the images\n"
        " that they generate in an S3-compatible bucket or in a local directory, and\n"
        " get their URLs back. It lists, finds, deletes and cleans up what it stored,\n"
        " and does the same for people at a terminal.\n"
    )


def main(directory, version, build, prefix, maintainer):
    architecture = output_of("dpkg", "--print-architecture").strip()
    package = pathlib.Path(directory).absolute() / f"{NAME}_{version}_{architecture}.deb"
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as work:
        root = pathlib.Path(work) / "root"
        install(build, prefix, root)
        documentation(root, version, maintainer)
        control(root, version, architecture, maintainer)
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", root, package], check=True)


main(*sys.argv[1:])
