# SPDX-License-Identifier: MIT
"""terminal.py COLUMNS PROGRAM ARGUMENT...: runs a program in a terminal of that width. What comes on
standard input is typed, what the terminal would show goes to standard output. Ends as the program
does; 128 and its number stands for a signal."""
import fcntl
import os
import pty
import select
import struct
import sys
import termios

columns, command = int(sys.argv[1]), sys.argv[2:]
program, terminal = pty.fork()
if program == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    os.execvp(command[0], command)

watched = [0, terminal]
while terminal in watched:
    ready, _, _ = select.select(watched, [], [])
    for source in ready:
        try:
            data = os.read(source, 65536)
        except OSError:  # what a terminal says when the last program has closed it
            data = b""
        if not data:
            watched.remove(source)
        elif source == terminal:
            os.write(1, data)
        else:
            os.write(terminal, data)

_, status = os.waitpid(program, 0)
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
