#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the includes of the code against the table "Folders" of src/README.md, and looks for circles.

usage: includes.py ROOT. Prints TAP. The table says for each folder which folders, headers and libraries it
may use. A header in include/ is a contract; one in src/ is internal to its folder.
"""
import collections
import os
import re
import sys

# Which library a header belongs to. Everything else in <> is the C library's.
LIBRARIES = [
    (re.compile(r'^curl/'), 'curl'),
    (re.compile(r'^openssl/'), 'OpenSSL'),
    (re.compile(r'^jansson'), 'jansson'),
    (re.compile(r'^expat'), 'expat'),
    (re.compile(r'^zlib'), 'zlib'),
    (re.compile(r'^utf8proc'), 'utf8proc'),
    (re.compile(r'^uuid/'), 'libuuid'),
]
GENERATED = {'version.h', 'tool_definitions.h'}

def folder_of(path):
    return os.path.dirname(path) or os.path.basename(path)

def read_table(root):
    """folder or file -> what it may use"""
    table = {}
    with open(os.path.join(root, 'src/README.md'), encoding='utf-8') as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
            if line.startswith('| `') and len(cells) == 3:
                uses = {use.strip().strip('`') for use in cells[2].split(',')}
                for name in re.findall(r'`([^`]+)`', cells[0]):
                    table[name] = uses
    return table

def read_includes(root):
    """path below src/ or include/ -> (is a contract, project headers, libraries)"""
    files = {}
    for top in ('src', 'include'):
        for directory, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if not name.endswith(('.c', '.h')):
                    continue
                path = os.path.join(directory, name)
                own, libraries = [], set()
                with open(path, encoding='utf-8') as file:
                    for line in file:
                        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
                        if not match:
                            continue
                        if match[1] == '"':
                            own.append(match[2])
                        else:
                            libraries |= {name for shape, name in LIBRARIES if shape.match(match[2])}
                files[os.path.relpath(path, os.path.join(root, top))] = (top == 'include', own, libraries)
    return files

def find_circle(edges):
    """some circle in a graph, as a list of its nodes, or None"""
    done, path, on_path = set(), [], set()

    def visit(node):
        if node in on_path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        on_path.add(node)
        for following in sorted(edges.get(node, ())):
            circle = visit(following)
            if circle:
                return circle
        path.pop()
        on_path.discard(node)
        done.add(node)
        return None

    for node in sorted(edges):
        circle = visit(node)
        if circle:
            return circle
    return None

def check_table(files, table):
    problems = []
    for path, (_, own, libraries) in sorted(files.items()):
        folder = folder_of(path)
        uses = table.get(folder)
        if uses is None:
            problems.append(f'{path}: src/README.md has no line for `{folder}`')
            continue
        if 'everything' in uses:
            continue
        for header in own:
            if folder_of(header) != folder and header not in GENERATED and \
                    folder_of(header) not in uses and header not in uses:
                problems.append(f'{path}: `{folder}` may not use {header}')
        for library in sorted(libraries - uses):
            problems.append(f'{path}: `{folder}` may not use {library}')
    return problems

def check_use(files, table):
    """that the table allows nothing that is not needed"""
    used = collections.defaultdict(set)
    for path, (_, own, libraries) in files.items():
        used[folder_of(path)] |= libraries | set(own) | {folder_of(header) for header in own}
    return [f'src/README.md: `{folder}` does not use {use}' for folder, uses in sorted(table.items())
            for use in sorted(uses - used[folder] - {'everything', 'nothing'})]

def contracts(files):
    """headers that other folders use, and what these include"""
    found = {header for path, (_, own, _) in files.items() for header in own
             if folder_of(header) != folder_of(path)}
    waiting = list(found)
    while waiting:
        _, own, _ = files.get(waiting.pop(), (True, [], set()))
        waiting += [header for header in own if header not in found]
        found |= set(own)
    return found - GENERATED

def check_headers(files):
    needed, problems = contracts(files), []
    for path, (is_contract, _, _) in sorted(files.items()):
        if not path.endswith('.h'):
            continue
        if is_contract and path not in needed:
            problems.append(f'include/{path}: only {folder_of(path)} uses it: it belongs into src/')
        if not is_contract and path in needed:
            problems.append(f'src/{path}: other folders use it, or its contracts do: it belongs into include/')
    return problems

def check_circles(files):
    problems = []
    by_folder = collections.defaultdict(set)
    for path, (_, own, _) in files.items():
        by_folder[folder_of(path)] |= {folder_of(header) for header in own} - {folder_of(path)}
    for graph in (by_folder, {path: set(own) for path, (_, own, _) in files.items()}):
        circle = find_circle(graph)
        if circle:
            problems.append('a circle: ' + ' -> '.join(circle))
    return problems

def main(root):
    files, table = read_includes(root), read_table(root)
    tests = [
        ('every_include_is_allowed_by_the_table', check_table(files, table)),
        ('the_table_allows_nothing_that_is_not_used', check_use(files, table)),
        ('contracts_are_in_include_and_internal_headers_in_src', check_headers(files)),
        ('no_folder_and_no_file_includes_itself_by_way_of_others', check_circles(files)),
    ]
    print(f'1..{len(tests)}')
    for number, (name, problems) in enumerate(tests, 1):
        print(f'{"not ok" if problems else "ok"} {number} - {name}')
        for problem in problems:
            print(f'# {problem}')
    return any(problems for _, problems in tests)

if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
