#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns tool definitions (NAME.json) into C strings without needless white space.

usage: embed.py OUT.h NAME.json...    declares `static const char NAME_definition[]` for each
"""

import json
import os
import sys


def c_string(text):
    """The text as C string literals of a length that every compiler takes."""
    escaped = json.dumps(text)[1:-1]  # a JSON string's escapes are C's for ASCII
    assert text.isascii() and "\\u" not in escaped and "\\/" not in escaped
    lines, line = [], ""
    for token in escaped.replace("\\", "\0\\").split("\0"):
        while len(line) + len(token) > 90:
            cut = max(90 - len(line), 2)
            lines.append(line + token[:cut])
            line, token = "", token[cut:]
        line += token
    return "\n".join('    "%s"' % part for part in lines + [line])


def main(out, *paths):
    with open(out, "w", encoding="utf-8") as header:
        for path in paths:
            with open(path, encoding="utf-8") as file:
                definition = json.dumps(json.load(file), separators=(",", ":"))
            name = os.path.splitext(os.path.basename(path))[0]
            header.write("static const char %s_definition[] =\n%s;\n" % (name, c_string(definition)))


if __name__ == "__main__":
    main(*sys.argv[1:])
