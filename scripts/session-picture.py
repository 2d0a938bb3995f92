#!/usr/bin/env python3
"""session-picture.py BINARY FILE.svg: runs a session with examples/diabetes on a terminal of its own and draws what it shows.

Nothing is written by hand: the picture in the README is what the commands said.
"""

import fcntl
import html
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios

COLUMNS, LINE, CHAR, MARGIN = 118, 18, 7.83, 14
COLOURS = {"31": "#f47067", "33": "#daaa3f", "36": "#39c5cf", "32": "#57ab5a", "34": "#539bf5", "35": "#b083f0"}
PROJECT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "examples", "diabetes")

SESSION = [
    "berth online-endpoint create -n diabetes --local --query scoring_uri -o tsv",
    "berth online-deployment create -f blue-deployment.yml --local --all-traffic -o none",
    "berth online-endpoint invoke -n diabetes -r sample-request.json --local",
    "sed -i '1i import xgboost' onlinescoring/score.py",
    "berth online-deployment update -f blue-deployment.yml --local -o none",
    "berth online-endpoint invoke -n diabetes -r sample-request.json --local   # the old one still answers",
]


def on_terminal(command, environment, folder):
    """What `command` writes to a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe("sh", ["sh", "-c", command], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    said = b""
    while select.select([terminal], [], [], 300)[0]:
        try:
            more = os.read(terminal, 65536)
        except OSError:  # The other side is closed: the command has ended.
            break
        if not more:
            break
        said += more
    os.close(terminal)
    os.waitpid(child, 0)
    return said.decode(errors="replace")


def lines_of(said):
    """The lines that stay on the screen: what was redrawn is gone."""
    for line in said.replace("\r\n", "\n").split("\n"):
        yield line.split("\r")[-1].replace("\x1b[K", "")


def spans(line):
    """(text, colour, bold) along a line with its colours."""
    colour, bold = "#adbac7", False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b["):
            if part:
                yield part, colour, bold
            continue
        for code in part[2:-1].split(";"):
            if code in ("", "0"):
                colour, bold = "#adbac7", False
            elif code == "1":
                bold = True
            elif code in COLOURS:
                colour = COLOURS[code]


def folded(line):
    """Lines that fit the terminal, colours kept where a line is folded."""
    row, width = [], 0
    for text, colour, bold in spans(line):
        while text:
            room = COLUMNS - width
            row.append((text[:room], colour, bold))
            width += len(text[:room])
            text = text[room:]
            if text:
                yield row
                row, width = [], 0
    yield row


def drawn(rows):
    width, height = COLUMNS * CHAR + 2 * MARGIN, len(rows) * LINE + 2 * MARGIN
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
           f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="13">')
    yield '<rect width="100%" height="100%" rx="8" fill="#1c2128"/>'
    for index, row in enumerate(rows):
        text = "".join(
            f'<tspan fill="{colour}" font-weight="{"bold" if bold else "normal"}">{html.escape(text)}</tspan>'
            for text, colour, bold in row)
        yield f'<text x="{MARGIN}" y="{MARGIN + LINE * (index + 0.75):.0f}" xml:space="preserve">{text}</text>'
    yield "</svg>\n"


def main():
    binary, target = os.path.abspath(sys.argv[1]), sys.argv[2]
    root = tempfile.mkdtemp(prefix="berth-session-")
    project = os.path.join(root, "diabetes")
    shutil.copytree(PROJECT, project)
    os.symlink(binary, os.path.join(root, "berth"))
    environment = dict(os.environ, BERTH_HOME=os.path.join(root, "home"), TERM="xterm-256color",
                       PATH=root + os.pathsep + os.environ["PATH"])
    rows = []
    try:
        for command in SESSION:
            rows.append([("$ ", "#57ab5a", True), (command, "#e6edf3", True)])
            said = on_terminal(command, environment, project)
            for line in lines_of(said.rstrip("\n").rstrip("\r") if said.strip() else ""):
                rows += [row for row in folded(line) if row]
        rows.append([("$ ", "#57ab5a", True)])
    finally:
        subprocess.run([binary, "online-endpoint", "delete", "-n", "diabetes", "--local", "--yes"], env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(root, ignore_errors=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(drawn(rows)))


if __name__ == "__main__":
    main()
