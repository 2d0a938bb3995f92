"""Exceptions as data for events, and as text for the log. Loaded when something has failed, not before."""

import linecache
import os

MAX_MESSAGE = 4000
MAX_FRAMES = 50
MAX_CAUSES = 5
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
    return error


def message_of(exception):
    try:
        return str(exception)[:MAX_MESSAGE]
    except Exception as failure:
        # __str__ is the user's code.
        return "<message not readable: %s>" % type(failure).__name__


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
    first = next((index for index, frame in enumerate(frames) if is_ours(frame[0])), 0)
    kept = [frame for frame in frames[first:] if not is_ours(frame[0])]
    # The outermost lead to the cause, the innermost are where it happened: both ends are kept.
    if len(kept) > MAX_FRAMES:
        kept = kept[:10] + kept[10 - MAX_FRAMES :]
    return [_frame(path, line, function, code_dir) for path, line, function in kept]


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
