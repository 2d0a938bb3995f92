"""Reads the stacks that faulthandler writes when a worker gets SIGUSR2.

faulthandler runs in the signal handler itself, without the interpreter: it also answers while init() hangs in native code
that holds the interpreter's lock.
"""

import re

from . import failure

_THREAD = re.compile(r"^(?:Current thread|Thread) (0x[0-9a-f]+)(?: \[([^\]]*)\])? \(most recent call first\):")
_FRAME = re.compile(r'^  File "(.*)", line (\d+|\?\?\?) in (.*)$')


def threads_of(text, code_dir):
    """The protocol's `threads`: the main thread first; frames from the outermost to the innermost."""
    threads = []
    for line in text.split("\n"):
        thread = _THREAD.match(line)
        if thread:
            threads.append({"thread": thread.group(2) or thread.group(1), "main": False, "frames": []})
            continue
        frame = _FRAME.match(line)
        if frame and threads:
            threads[-1]["frames"].append(_frame(frame, code_dir))
    if threads:
        # faulthandler writes the newest thread first; the oldest is the main thread.
        threads[-1]["main"] = True
    threads.reverse()
    kept = []
    for thread in threads:
        frames = [frame for frame in reversed(thread["frames"]) if frame is not None]
        # A thread that has only frames of the server is ours and tells nothing.
        if frames or thread["main"]:
            kept.append(dict(thread, frames=failure.bounded(frames)))
    return kept[:32]


def _frame(match, code_dir):
    path = match.group(1)
    if failure.is_ours(path) or path.endswith("berth_infsrv/__main__.py"):
        return None
    line = int(match.group(2)) if match.group(2) != "???" else 0
    text = failure.linecache.getline(path, line).strip()[:400] if line else ""
    return {
        "path": path, "line": line, "function": match.group(3), "text": text,
        "user": failure.is_user(path, code_dir),
    }
