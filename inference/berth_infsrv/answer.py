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


class Answer:
    """What goes back. `body` is bytes, or an iterator of bytes that is sent chunked."""

    __slots__ = ("status", "content_type", "headers", "body", "stream", "failed", "reason", "bare")

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


def message(status, text, failed=False, headers=()):
    import json

    return Answer(status, json.dumps({"message": text}).encode("ascii"), failed=failed, headers=headers)


class Ids:
    """The id fields of one answer."""

    __slots__ = ("request_id", "legacy_id", "client_id", "trace_id")

    def __init__(self, request_id="", legacy_id="", client_id="", trace_id=None):
        self.request_id = request_id
        self.legacy_id = legacy_id
        self.client_id = client_id
        self.trace_id = trace_id

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

    def head(self, answer, ids, close, exec_ms=None, chunked=False, length=None):
        """The head of `answer`. `ids` None is an answer of the routing, which carries neither ids nor version."""
        reason = answer.reason or REASONS.get(answer.status, "UNKNOWN")
        text = "HTTP/1.1 %d %s\r\n%s" % (answer.status, reason, self.common(close))
        if answer.content_type and answer.status != 304:
            text += "Content-Type: %s\r\n" % answer.content_type
        if chunked:
            text += "Transfer-Encoding: chunked\r\n"
        elif length is not None and answer.status not in (204, 304):
            text += "Content-Length: %d\r\n" % length
        if answer.failed is not None:
            text += "x-ms-run-function-failed: %s\r\n" % answer.failed
        for name, value in answer.headers:
            text += "%s: %s\r\n" % (name, value)
        if exec_ms is not None:
            text += "x-ms-run-fn-exec-ms: %.3f\r\n" % exec_ms
        if ids is not None:
            text += self._version_line + ids.lines()
        return (text + "\r\n").encode("latin-1", "replace")

    def whole(self, answer, ids, close, exec_ms=None, head_only=False):
        head = self.head(answer, ids, close, exec_ms, length=len(answer.body))
        return head if head_only or answer.status in (204, 304) else head + answer.body


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
