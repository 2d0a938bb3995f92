"""Answers as bytes: head and body in one piece, in the spelling of the original."""

import time

REASONS = {
    200: "OK",
    201: "CREATED",
    202: "ACCEPTED",
    204: "NO CONTENT",
    206: "PARTIAL CONTENT",
    301: "MOVED PERMANENTLY",
    302: "FOUND",
    303: "SEE OTHER",
    304: "NOT MODIFIED",
    307: "TEMPORARY REDIRECT",
    308: "PERMANENT REDIRECT",
    400: "BAD REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT FOUND",
    405: "METHOD NOT ALLOWED",
    406: "NOT ACCEPTABLE",
    408: "REQUEST TIMEOUT",
    409: "CONFLICT",
    410: "GONE",
    411: "LENGTH REQUIRED",
    413: "REQUEST ENTITY TOO LARGE",
    415: "UNSUPPORTED MEDIA TYPE",
    422: "UNPROCESSABLE ENTITY",
    418: "I'M A TEAPOT",
    424: "FAILED DEPENDENCY",
    429: "TOO MANY REQUESTS",
    431: "REQUEST HEADER FIELDS TOO LARGE",
    500: "INTERNAL SERVER ERROR",
    501: "NOT IMPLEMENTED",
    502: "BAD GATEWAY",
    503: "SERVICE UNAVAILABLE",
    504: "GATEWAY TIMEOUT",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

JSON = "application/json"
HTML = "text/html; charset=utf-8"
FAILED = "x-ms-run-function-failed"
EXEC_MS = "x-ms-run-fn-exec-ms"


# A client does not expect a body after these, whatever the script gives.
BODILESS = (204, 304)


class Answer:
    """What goes back. `body` is bytes; `stream` an iterable that is sent piece by piece instead."""

    __slots__ = ("status", "content_type", "headers", "body", "stream", "failed", "reason", "bare", "scripted")

    def __init__(self, status, body, content_type=JSON, headers=(), failed=None, stream=None, reason=None):
        self.status = status
        self.body = body
        self.content_type = content_type
        # (name, value) pairs in their order; the value may repeat a name.
        self.headers = headers
        self.stream = stream
        # Value of x-ms-run-function-failed; None leaves the field out.
        self.failed = failed
        self.reason = reason
        # Carries neither ids nor version.
        self.bare = False
        # A response object of the script: `headers` holds all of its fields in its order, Content-Type too.
        self.scripted = False

    def add(self, name, value):
        self.headers = list(self.headers) + [(name, value)]

    def mark_failed(self):
        self.failed = True
        if self.scripted:
            self.headers = list(self.headers)
            replace(self.headers, FAILED, True)


def message(status, text, failed=False, headers=(), **more):
    import json

    return Answer(status, json.dumps(dict({"message": text}, **more)).encode("ascii"), failed=failed, headers=headers)


class Ids:
    """The id fields of one answer."""

    __slots__ = ("request_id", "legacy_id", "client_id", "trace_id")

    def __init__(self, request_id="", legacy_id="", client_id="", trace_id=None):
        self.request_id = request_id
        self.legacy_id = legacy_id
        self.client_id = client_id
        self.trace_id = trace_id

    def add_to(self, fields):
        """As pairs into the list `fields`; the ids replace what a script has given there."""
        for name, value in (
            ("x-request-id", self.request_id),
            ("x-ms-request-id", self.legacy_id),
            ("x-ms-client-request-id", self.client_id),
        ):
            if value:
                replace(fields, name, value)
        if self.trace_id is not None:
            fields.append(("TraceId", self.trace_id))

    def lines(self):
        text = ""
        if self.request_id:
            text = "x-request-id: " + self.request_id + "\r\n"
        if self.legacy_id:
            text += "x-ms-request-id: " + self.legacy_id + "\r\n"
        if self.client_id:
            text += "x-ms-client-request-id: " + self.client_id + "\r\n"
        if self.trace_id is not None:
            text += "TraceId: " + self.trace_id + "\r\n"
        return text


class Writer:
    """Makes the bytes of answers for one server's settings."""

    def __init__(self, server_version, dated, strict):
        self._version = server_version
        self._version_line = "x-ms-server-version: %s\r\n" % server_version if server_version else ""
        self._dated = dated or strict
        self._server_line = "Server: gunicorn\r\n" if strict else ""
        self._date_second = 0
        self._date_line = ""

    def common(self, close):
        """Fields at the front of every answer."""
        line = "Connection: close\r\n" if close else ""
        if not self._dated:
            return line
        now = int(time.time())
        if now != self._date_second:
            self._date_second = now
            self._date_line = self._server_line + "Date: " + http_date(now) + "\r\n"
        return self._date_line + line

    def success(self, body, exec_ms, ids, close):
        """The answer that nearly every request gets: 200 with JSON."""
        return (
            "HTTP/1.1 200 OK\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n"
            "x-ms-run-function-failed: False\r\nx-ms-run-fn-exec-ms: %.3f\r\n%s%s\r\n"
            % (self.common(close), len(body), exec_ms, self._version_line, ids.lines())
        ).encode("latin-1") + body

    def head(self, answer, ids, close, chunked=False, length=None):
        """The head of `answer`. `ids` None is an answer of the routing, which carries neither ids nor version."""
        if answer.status in BODILESS:
            length = None
        fields = _fields(answer, chunked, length)
        if ids is not None:
            if self._version:
                fields.append(("x-ms-server-version", self._version))
            ids.add_to(fields)
        if answer.scripted and length is not None:
            replace(fields, "Content-Length", length)
        common = "Connection: close\r\n" if answer.bare else self.common(close)
        reason = answer.reason or REASONS.get(answer.status, "UNKNOWN")
        lines = "".join(["%s: %s\r\n" % field for field in fields])
        return ("HTTP/1.1 %d %s\r\n%s%s\r\n" % (answer.status, reason, common, lines)).encode("latin-1", "replace")

    def whole(self, answer, ids, close, head_only=False):
        """Head and body; of an answer that would be streamed the head alone, for a client that wants no more."""
        head = self.head(answer, ids, close, length=len(answer.body) if answer.stream is None else None)
        return head if head_only or answer.status in BODILESS else head + answer.body


def _fields(answer, chunked, length):
    """The fields of the answer itself, in the order of the original, as a new list."""
    fields = [("Transfer-Encoding", "chunked")] if chunked else []
    if answer.scripted:
        fields += answer.headers
        if answer.status == 304:
            remove(fields, "Content-Type")
        if length is None:
            remove(fields, "Content-Length")
        return fields
    if answer.content_type and answer.status != 304:
        fields.append(("Content-Type", answer.content_type))
    if length is not None:
        fields.append(("Content-Length", length))
    if answer.failed is not None:
        fields.append((FAILED, answer.failed))
    return fields + list(answer.headers)


def replace(fields, name, value):
    """Gives the field a value in the place where it is, else at the end of the list; once."""
    at = next((index for index, field in enumerate(fields) if field[0].lower() == name.lower()), len(fields))
    remove(fields, name)
    fields.insert(at, (name, value))


def remove(fields, name):
    """Takes every field of this name out of the list."""
    fields[:] = [field for field in fields if field[0].lower() != name.lower()]


def http_date(seconds):
    parts = time.gmtime(seconds)
    return "%s, %02d %s %04d %02d:%02d:%02d GMT" % (
        _DAYS[parts.tm_wday],
        parts.tm_mday,
        _MONTHS[parts.tm_mon - 1],
        parts.tm_year,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec,
    )
