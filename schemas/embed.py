#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns tool definitions (NAME.json) into C strings without needless white space.

usage: embed.py OUT.h NAME.json...    declares `static const char NAME_definition[]` for each
"""

import json
import os
import sys


def c_bytes(text):
    """The text as the numbers of its bytes: C99 promises string literals of 4,095 characters only."""
    numbers = ["%d," % byte for byte in text.encode() + b"\0"]
    return "\n".join("    " + "".join(numbers[i : i + 24]) for i in range(0, len(numbers), 24))


def main(out, *paths):
    with open(out, "w", encoding="utf-8") as header:
        for path in paths:
            with open(path, encoding="utf-8") as file:
                definition = json.dumps(json.load(file), separators=(",", ":"))
            name = os.path.splitext(os.path.basename(path))[0]
            header.write("static const char %s_definition[] = {\n%s\n};\n" % (name, c_bytes(definition)))


if __name__ == "__main__":
    main(*sys.argv[1:])
