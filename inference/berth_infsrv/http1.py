"""HTTP/1.1 requests: a strict parser of bytes, without sockets.

Anything ambiguous is refused (RFC 9112): two lengths, a length beside chunked, folded lines, a space before the colon,
a bare CR or LF. Every size has a bound.
"""

import re

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 200
MAX_CHUNK_LINE = 256
MAX_TRAILER_BYTES = 8 * 1024

# One match checks the whole head: request line, field names are tokens, values hold no control characters, and every
# line ends in CRLF. Doing it in one call is what keeps the strictness cheap.
_HEAD = re.compile(
    rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [!-~\x80-\xff]+ HTTP/1\.[01]"
    rb"(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*)*"
).fullmatch
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?").fullmatch
_TRAILER_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*").fullmatch


class BadRequest(Exception):
    """The bytes are no request that can be answered; the connection ends after the answer."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
        self.message = message


class Request:
    """One request's head, and its body once it is complete."""

    __slots__ = ("method", "path", "query", "headers", "body", "keep_alive", "length", "http10", "deadline", "arrived")

    def __init__(self, method, path, query, headers, keep_alive, length, http10):
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = b""
        self.keep_alive = keep_alive
        # Bytes of the body; -1 is chunked.
        self.length = length
        self.http10 = http10
        self.deadline = 0.0
        self.arrived = 0.0


def parse_head(head):
    """The request whose head is `head`, without the empty line that ends it. Names are in lower case."""
    if _HEAD(head) is None:
        raise BadRequest(400, "The request head is malformed.")
    lines = head.decode("latin-1").split("\r\n")
    if len(lines) > MAX_HEADERS + 1:
        raise BadRequest(431, "The request has more than %d header fields." % MAX_HEADERS)
    method, target, version = lines[0].split(" ")
    headers = {}
    for index in range(1, len(lines)):
        name, _, value = lines[index].partition(":")
        name = name.lower()
        if name in headers:
            headers[name] = _joined(name, headers[name], value.strip(" \t"))
        else:
            headers[name] = value.strip(" \t")
    http10 = version == "HTTP/1.0"
    path, _, query = target.partition("?")
    if path[0] != "/" or "%" in path:
        path = _path_of(path)
    return Request(method, path, query, headers, _keep_alive(headers, http10), _body_length(headers, http10), http10)


def _joined(name, first, second):
    if name == "content-length":
        if first != second:
            raise BadRequest(400, "The request has two different Content-Length fields.")
        return first
    if name in ("transfer-encoding", "host"):
        raise BadRequest(400, "The request repeats the field %s." % name)
    return first + ("; " if name == "cookie" else ",") + second


def _path_of(path):
    if path[0] != "/" and path != "*":
        scheme, mark, rest = path.partition("://")
        if not mark or scheme.lower() not in ("http", "https"):
            raise BadRequest(400, "The request target is malformed.")
        slash = rest.find("/")
        path = rest[slash:] if slash >= 0 else "/"
    if "%" in path:
        from urllib.parse import unquote

        path = unquote(path)
    return path


def _keep_alive(headers, http10):
    connection = headers.get("connection")
    if connection is None:
        return not http10
    options = [option.strip() for option in connection.lower().split(",")]
    if "close" in options:
        return False
    return not http10 or "keep-alive" in options


def _body_length(headers, http10):
    length = headers.get("content-length")
    coding = headers.get("transfer-encoding")
    if coding is not None:
        if length is not None or http10:
            raise BadRequest(400, "The request has an ambiguous length.")
        if coding.lower() != "chunked":
            raise BadRequest(501, "The transfer coding is not supported: only chunked is.")
        return -1
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit()) or len(length) > 18:
        raise BadRequest(400, "The Content-Length is malformed.")
    return int(length)


class ChunkedBody:
    """Decodes a chunked body from a buffer that grows. Holds decoded bytes only; its bound counts the framing too."""

    def __init__(self, max_bytes):
        self._max_bytes = max_bytes
        self._decoded = bytearray()
        # Bytes still missing of the chunk at hand; -1: a size line comes next; -2: in the trailer.
        self._missing = -1
        self._trailer = 0

    def feed(self, buffer):
        """Takes what it can from the front of the bytearray `buffer`. True when the body is complete."""
        at = 0
        try:
            while True:
                if self._missing == -2:
                    at, done = self._read_trailer(buffer, at)
                    return done
                if self._missing < 0:
                    after = self._read_size(buffer, at)
                else:
                    after = self._read_data(buffer, at)
                if after < 0:
                    return False
                at = after
        finally:
            if at:
                del buffer[:at]

    def body(self):
        return bytes(self._decoded)

    def _read_size(self, buffer, at):
        end = buffer.find(b"\r\n", at, at + MAX_CHUNK_LINE + 2)
        if end < 0:
            if len(buffer) - at > MAX_CHUNK_LINE:
                raise BadRequest(400, "A chunk's size line is too long.")
            return -1
        match = _CHUNK_LINE(bytes(buffer[at:end]))
        if match is None:
            raise BadRequest(400, "A chunk's size is malformed.")
        size = int(match.group(1), 16)
        if len(self._decoded) + size > self._max_bytes:
            raise BadRequest(413, "The request body is larger than %d bytes." % self._max_bytes)
        self._missing = size if size else -2
        return end + 2

    def _read_data(self, buffer, at):
        # A chunk is taken in pieces as they come, so that the buffer stays small.
        if self._missing:
            piece = buffer[at : at + self._missing]
            if not piece:
                return -1
            self._decoded += piece
            self._missing -= len(piece)
            return at + len(piece)
        if len(buffer) - at < 2:
            return -1
        if buffer[at : at + 2] != b"\r\n":
            raise BadRequest(400, "A chunk is longer than its size says.")
        self._missing = -1
        return at + 2

    def _read_trailer(self, buffer, at):
        while True:
            end = buffer.find(b"\r\n", at)
            if end < 0:
                if self._trailer + len(buffer) - at > MAX_TRAILER_BYTES:
                    raise BadRequest(431, "The request's trailer is too long.")
                return at, False
            if end == at:
                return end + 2, True
            self._trailer += end + 2 - at
            if self._trailer > MAX_TRAILER_BYTES:
                raise BadRequest(431, "The request's trailer is too long.")
            if _TRAILER_LINE(bytes(buffer[at:end])) is None:
                raise BadRequest(400, "The request's trailer is malformed.")
            at = end + 2
