"""Reads the stacks that faulthandler writes when a worker gets SIGUSR2.

faulthandler runs in the signal handler itself, without the interpreter: it also answers while init() hangs in native
code that holds the interpreter's lock.
"""

import re

from . import failure

MAX_THREADS = 32

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
            line_number = int(frame.group(2)) if frame.group(2) != "???" else 0
            threads[-1]["frames"].append((frame.group(1), line_number, frame.group(3)))
    if threads:
        # faulthandler writes the newest thread first; the oldest is the main thread.
        threads[-1]["main"] = True
    threads.reverse()
    kept = []
    for thread in threads[:MAX_THREADS]:
        # From the innermost outwards in the text; the protocol has it the other way round.
        frames = failure.described(thread["frames"][::-1], code_dir)
        # A thread that has only frames of the server is ours and tells nothing.
        if frames or thread["main"]:
            kept.append(dict(thread, frames=frames))
    return kept
