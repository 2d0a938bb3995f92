"""Exceptions as data for events, and as text for the log. Loaded when something has failed, not before."""

import linecache
import os
import sys

MAX_MESSAGE = 4000
MAX_FRAMES = 50
MAX_CAUSES = 5
MAX_OUTPUT = 2000
_SERVER_DIR = os.path.dirname(os.path.abspath(__file__)) + os.sep


def describe(exception, code_dir):
    """The protocol's `error` object."""
    seen = set()
    error = _describe_one(exception, code_dir)
    causes = []
    cause = _cause_of(exception)
    seen.add(id(exception))
    while cause is not None and id(cause) not in seen and len(causes) < MAX_CAUSES:
        seen.add(id(cause))
        causes.append(_describe_one(cause, code_dir))
        cause = _cause_of(cause)
    error["causes"] = causes
    return error


def _cause_of(exception):
    # What a group holds is what happened; that several came together is not.
    held = getattr(exception, "exceptions", None)
    if isinstance(held, tuple) and held and isinstance(held[0], BaseException):
        return held[0]
    if exception.__cause__ is not None:
        return exception.__cause__
    return None if exception.__suppress_context__ else exception.__context__


def _describe_one(exception, code_dir):
    kind = type(exception)
    name = kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__
    error = {"type": name, "message": message_of(exception), "frames": frames_of(exception.__traceback__, code_dir)}
    if isinstance(exception, ImportError) and exception.name:
        error["module"] = str(exception.name)
    if isinstance(exception, OSError) and exception.filename is not None:
        error["path"] = os.fsdecode(exception.filename) if not isinstance(exception.filename, int) else ""
    if isinstance(exception, SyntaxError):
        error["file"] = exception.filename
        error["line"] = exception.lineno
        error["column"] = exception.offset
        error["text"] = (exception.text or "").rstrip("\n")[:400]
    similar = _similar(exception)
    if similar:
        error["similar"] = similar
    output = _output(exception)
    if output:
        error["output"] = output
    return error


def _similar(exception):
    """Names near the one that an object or a module does not have."""
    try:
        if isinstance(exception, AttributeError):
            # Python 3.10 and newer keep both.
            name, owner = exception.name, exception.obj
        elif isinstance(exception, ImportError):
            # Python 3.12 and newer name it; before, the message does.
            named = str(exception).split("cannot import name '", 1)[1:]
            name, owner = named[0].split("'", 1)[0] if named else None, sys.modules.get(exception.name)
        else:
            return []
        if not isinstance(name, str) or owner is None:
            return []
        import difflib

        return difflib.get_close_matches(name, [key for key in dir(owner) if not key.startswith("__")], 3, 0.7)
    except Exception:
        # An older Python, or an object whose `__dir__` is the user's code: it is only a hint.
        return []


def _output(exception):
    """The end of what a child process wrote, where its caller kept it."""
    if type(exception).__name__ not in ("CalledProcessError", "TimeoutExpired"):
        return ""
    written = getattr(exception, "stderr", None) or getattr(exception, "stdout", None) or ""
    if isinstance(written, bytes):
        written = written.decode("utf-8", "replace")
    return written[-MAX_OUTPUT:] if isinstance(written, str) else ""


def message_of(exception):
    try:
        text = str(exception)
    except Exception as failure:
        # __str__ is the user's code.
        return "<message not readable: %s>" % type(failure).__name__
    if len(text) <= MAX_MESSAGE:
        return text
    # The end of a traceback that another process sent is where it says what happened.
    return text[: MAX_MESSAGE // 2] + text[-MAX_MESSAGE // 2 :]


def frames_of(traceback, code_dir):
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append((code.co_filename, traceback.tb_lineno, code.co_name))
        traceback = traceback.tb_next
    return described(frames, code_dir)


def stack_of(frame, code_dir):
    """Frames of a running thread, outermost first."""
    frames = []
    while frame is not None:
        frames.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    frames.reverse()
    return described(frames, code_dir)


def described(frames, code_dir):
    """Frames for an event, from (path, line, function), outermost first; without the server's and what started it."""
    # Not `is_ours`: the import system also stands below the user's lines.
    first = next((index for index, frame in enumerate(frames) if frame[0].startswith(_SERVER_DIR)), 0)
    kept = [frame for frame in frames[first:] if not is_ours(frame[0])]
    # The outermost lead to the cause, the innermost are where it happened: both ends are kept.
    if len(kept) > MAX_FRAMES:
        kept = kept[:10] + kept[10 - MAX_FRAMES :]
    return [_frame(path, line, function, code_dir) for path, line, function in kept]


def brief(exception, code_dir):
    """What a caller is told: the kind of the exception, its first line, and the innermost line of the user's."""
    told = {"type": type(exception).__name__, "message": message_of(exception).split("\n", 1)[0][:400]}
    mine = [frame for frame in frames_of(exception.__traceback__, code_dir) if frame["user"]]
    if mine:
        told["path"] = os.path.relpath(mine[-1]["path"], code_dir)
        told["line"] = mine[-1]["line"]
    return told


def is_ours(path):
    return path.startswith((_SERVER_DIR, "<frozen importlib"))


def is_user(path, code_dir):
    return bool(code_dir) and path.startswith(code_dir.rstrip("/") + "/") and not is_ours(path)


def _frame(path, line, function, code_dir):
    text = linecache.getline(path, line or 0).strip()[:400]
    return {"path": path, "line": line, "function": function, "text": text, "user": is_user(path, code_dir)}


def text(exception, code_dir):
    """The traceback for the log: the user's own line first, then the stack without the server's frames."""
    import traceback

    seen = set()
    chain = exception
    while chain is not None and id(chain) not in seen:
        seen.add(id(chain))
        chain.__traceback__ = _without_server(chain.__traceback__)
        chain = _cause_of(chain)
    lines = "".join(traceback.format_exception(type(exception), exception, exception.__traceback__)).rstrip("\n")
    place = _users_place(exception, code_dir)
    return (place + "\n" + lines) if place else lines


def _without_server(traceback):
    while traceback is not None and is_ours(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    return traceback


def _users_place(exception, code_dir):
    if isinstance(exception, SyntaxError) and exception.filename:
        return "%s:%s: %s: %s" % (exception.filename, exception.lineno, type(exception).__name__, exception.msg)
    mine = [frame for frame in frames_of(exception.__traceback__, code_dir) if frame["user"]]
    if not mine:
        return ""
    frame = mine[-1]
    message = message_of(exception).split("\n", 1)[0]
    kind = type(exception).__name__
    return "%s:%s in %s: %s" % (
        frame["path"],
        frame["line"],
        frame["function"],
        kind + (": " + message if message else ""),
    )
