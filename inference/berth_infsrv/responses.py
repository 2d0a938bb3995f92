"""Outputs of run() that are no plain values: response objects and generators."""

import re
import sys

from . import serialize
from .answer import Answer
from .serialize import OutputRefused

TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"
LINES = "application/x-ndjson"

# Fields of the connection, which is the server's and not the script's.
_OF_THE_CONNECTION = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "date", "server")
)
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_LINE_ENDS = re.compile(r"[\r\n\0]")


def answer_of(output, strict):
    """The answer, or None: then `output` is a value to be written as JSON."""
    if hasattr(output, "berth_answer"):
        return output.berth_answer()
    if _is_werkzeug(output) and (not strict or _is_known_to_original(output)):
        return _of_werkzeug(output)
    if not strict and (_is_generator(output) or hasattr(output, "__aiter__")):
        return Answer(200, b"", None, failed=False, stream=output)
    return None


def of_script(status, reason, headers, body=b"", stream=None):
    """The answer of a response object. Raises OutputRefused for what cannot be sent."""
    if not 200 <= status <= 999:
        raise OutputRefused("run() returned a response with the status %d; use 200 to 599" % status)
    fields = []
    for name, value in headers:
        name = str(name)
        if _TOKEN(name) is None:
            raise OutputRefused("run() returned a response with %r as the name of a header field" % name)
        if name.lower() not in _OF_THE_CONNECTION:
            fields.append((name, _LINE_ENDS.sub(" ", str(value))))
    reply = Answer(status, body, None, fields, stream=stream)
    reply.scripted = True
    reply.reason = "".join(letter for letter in reason if " " <= letter < "\x7f") or None
    if status >= 500:
        reply.mark_failed()
    return reply


def _is_generator(output):
    return hasattr(output, "__next__") and hasattr(output, "__iter__")


def _is_werkzeug(output):
    wrappers = sys.modules.get("werkzeug.wrappers")
    return wrappers is not None and isinstance(output, wrappers.Response)


def _is_known_to_original(output):
    flask = sys.modules.get("flask")
    return type(output).__name__ == "AMLResponse" or (flask is not None and isinstance(output, flask.Response))


def _of_werkzeug(response):
    body, stream = b"", None
    if response.direct_passthrough or hasattr(response.response, "__aiter__"):
        stream = response.response
    elif response.is_streamed:
        stream = response.iter_encoded()
    else:
        body = response.get_data()
    return of_script(response.status_code, response.status.partition(" ")[2], response.headers, body, stream)


class Pieces:
    """Turns what a generator yields into bytes; the first item decides the content type where the script names none."""

    def __init__(self):
        self.content_type = None

    def encode(self, item):
        if isinstance(item, str):
            return self._is(TEXT, item.encode("utf-8"))
        if isinstance(item, (bytes, bytearray, memoryview)):
            return self._is(BINARY, bytes(item))
        return self._is(LINES, serialize.to_json(item) + b"\n")

    def _is(self, content_type, data):
        if self.content_type is None:
            self.content_type = content_type
        return data
