"""Sends an answer piece by piece, as the script makes it."""

import select

from .responses import Pieces

# A client that takes nothing for this long has gone.
STALLED_MS = 60 * 1000


def send(client, make_head, stream, chunked, script):
    """Sends head and pieces. True when the whole stream has gone; False when the client has.

    `make_head(content_type)` is asked when the first piece is known, because it may decide the content type. What the
    stream raises is raised here; before the first piece nothing has been sent.
    """
    if hasattr(stream, "__aiter__"):
        stream = script.runner().iterate(stream.__aiter__())
    pieces = Pieces()
    iterator = iter(stream)
    try:
        first = b""
        for item in iterator:
            first = pieces.encode(item)
            if first:
                break
        data = make_head(pieces.content_type) + _framed(first, chunked)
        if not _write(client, data):
            return False
        for item in iterator:
            if not _write(client, _framed(pieces.encode(item), chunked)):
                return False
        return _write(client, b"0\r\n\r\n") if chunked else True
    finally:
        give_up(iterator)


def give_up(stream):
    """Of a stream nothing is wanted: lets the script tidy up. An asynchronous one has not begun yet."""
    close = getattr(stream, "close", None)
    if close is not None:
        close()


def _framed(data, chunked):
    if not data:
        return b""
    return b"%x\r\n%s\r\n" % (len(data), data) if chunked else data


def _write(client, data):
    view = memoryview(data)
    while len(view):
        try:
            view = view[client.send(view) :]
        except BlockingIOError:
            waiter = select.poll()
            waiter.register(client, select.POLLOUT)
            if not waiter.poll(STALLED_MS):
                return False
        except OSError:
            return False
    return True
