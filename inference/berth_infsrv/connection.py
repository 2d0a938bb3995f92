"""One client's connection: its buffers, and the request that is at its front."""

import os
from socket import SHUT_WR

from .http1 import MAX_HEAD_BYTES, BadRequest, ChunkedBody, parse_head

RECEIVE = 64 * 1024
# What a client may send ahead of its turn.
MAX_AHEAD = 64 * 1024
LARGE_RECEIVE = 256 * 1024


class Connection:
    """What has come from one client and what is still to go; who serves it decides when."""

    __slots__ = (
        "socket",
        "fd",
        "buffer",
        "request",
        "chunks",
        "parts",
        "missing",
        "busy",
        "closed",
        "at_end",
        "out",
        "active",
        "close_after",
        "paused",
        "max_body",
        "is_local",
        "started",
        "to_discard",
    )

    def __init__(self, socket, max_body, is_local, now):
        self.socket = socket
        self.fd = socket.fileno()
        self.buffer = bytearray()
        # A request whose body is still coming.
        self.request = None
        self.chunks = None
        self.parts = None
        self.missing = 0
        # A request of this connection waits or runs: the next one is not parsed before it is answered.
        self.busy = False
        self.closed = False
        # The client will send no more.
        self.at_end = False
        self.out = None
        self.active = now
        # When the first byte of an unfinished request came; 0 between requests.
        self.started = 0.0
        self.close_after = False
        self.paused = False
        self.max_body = max_body
        self.is_local = is_local
        # Bytes that are still read and thrown away before a refused connection is closed; 0: none.
        self.to_discard = 0

    def receive(self):
        """Reads what is there. False at the end of the stream; raises OSError of the socket."""
        if self.missing > 0:
            data = self.socket.recv(min(self.missing, LARGE_RECEIVE))
            if not data:
                self.at_end = True
                return False
            self.parts += data
            self.missing -= len(data)
            return True
        data = self.socket.recv(RECEIVE)
        if not data:
            self.at_end = True
            return False
        self.buffer += data
        return True

    def next_request(self):
        """The next complete request, or None when bytes are missing. Raises BadRequest."""
        request = self.request
        if request is None:
            request = self._head()
            if request is None:
                return None
            if request.length == 0:
                return request
            self.request = request
            self._expect_body(request)
        if request.length < 0:
            if not self.chunks.feed(self.buffer):
                return None
            request.body = self.chunks.body()
            self.chunks = None
        else:
            if self.missing > 0:
                return None
            request.body = bytes(self.parts)
            self.parts = None
        self.request = None
        self.started = 0.0
        return request

    def _head(self):
        buffer = self.buffer
        # An empty line before the request line is to be ignored (RFC 9112, 2.2).
        while buffer[:2] == b"\r\n":
            del buffer[:2]
        if not buffer:
            return None
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > MAX_HEAD_BYTES:
                raise BadRequest(431, "The request head is larger than %d bytes." % MAX_HEAD_BYTES)
            if not _may_become_request(buffer):
                raise BadRequest(400, "The request head is malformed.")
            return None
        if end > MAX_HEAD_BYTES:
            raise BadRequest(431, "The request head is larger than %d bytes." % MAX_HEAD_BYTES)
        head = bytes(buffer[:end])
        del buffer[: end + 4]
        return parse_head(head)

    def _expect_body(self, request):
        if request.length < 0:
            self.chunks = ChunkedBody(self.max_body)
            return
        if request.length > self.max_body:
            raise BadRequest(413, "The request body is larger than %d bytes." % self.max_body)
        self.parts = self.buffer[: request.length]
        del self.buffer[: request.length]
        self.missing = request.length - len(self.parts)

    def wants_continue(self):
        """The client waits for a go-ahead before it sends the body."""
        request = self.request
        return (
            request is not None
            and not request.http10
            and request.headers.get("expect", "").lower() == "100-continue"
            and (self.missing > 0 or request.length < 0)
        )


def _may_become_request(buffer):
    # A peer that speaks TLS or anything else to this port is told so at once instead of after a time-out.
    first = buffer[0]
    return 0x41 <= first <= 0x5A or 0x61 <= first <= 0x7A or (first == 0x0D and len(buffer) == 1)


def end_sending(client):
    """Tells the client that nothing follows."""
    try:
        client.shutdown(SHUT_WR)
    except OSError:
        # It has gone already.
        return


def discard_input(client):
    """Throws away what is there: closing with unread bytes resets the connection and can destroy the answer."""
    try:
        for _ in range(16):
            if not client.recv(65536):
                return
    except OSError:
        return


def drain(fd):
    """Empties a pipe of wake-ups."""
    try:
        os.read(fd, 512)
    except BlockingIOError:
        return
