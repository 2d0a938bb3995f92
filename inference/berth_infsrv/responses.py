"""Outputs of run() that are no plain values: response objects and generators."""

from . import serialize
from .answer import Answer

TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"
LINES = "application/x-ndjson"


def answer_of(output, strict):
    """The answer, or None: then `output` is a value to be written as JSON."""
    if hasattr(output, "berth_answer"):
        return output.berth_answer()
    if _is_werkzeug(output) and (not strict or _is_known_to_original(output)):
        return _of_werkzeug(output)
    if not strict and (_is_generator(output) or hasattr(output, "__aiter__")):
        return Answer(200, b"", None, failed=False, stream=output)
    return None


def _is_generator(output):
    return hasattr(output, "__next__") and hasattr(output, "__iter__")


def _is_werkzeug(output):
    import sys

    wrappers = sys.modules.get("werkzeug.wrappers")
    return wrappers is not None and isinstance(output, wrappers.Response)


def _is_known_to_original(output):
    import sys

    flask = sys.modules.get("flask")
    return type(output).__name__ == "AMLResponse" or (flask is not None and isinstance(output, flask.Response))


def _of_werkzeug(response):
    failed = None
    headers = []
    content_type = None
    for name, value in response.headers:
        lowered = name.lower()
        value = value.replace("\r", " ").replace("\n", " ")
        if lowered == "content-type" and content_type is None:
            content_type = value
        elif lowered == "x-ms-run-function-failed":
            failed = value
        elif lowered not in (
            "content-length",
            "transfer-encoding",
            "connection",
            "x-request-id",
            "x-ms-request-id",
            "x-ms-client-request-id",
            "x-ms-server-version",
            "date",
            "server",
        ):
            headers.append((name, value))
    reply = Answer(response.status_code, b"", content_type, headers, failed=failed)
    reason = response.status.partition(" ")[2]
    reply.reason = "".join(c for c in reason if " " <= c < "\x7f") or None
    if response.is_streamed or response.direct_passthrough:
        reply.stream = response.iter_encoded() if not hasattr(response.response, "__aiter__") else response.response
        if response.direct_passthrough:
            reply.stream = response.response
    else:
        reply.body = response.get_data()
    return reply


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
