"""The master's own HTTP answer to `GET /` on health.sock: it needs no worker's time."""

import os
import select
import socket

MAX_CONNECTIONS = 64
MAX_HEAD = 8 * 1024
IDLE_SECONDS = 30.0

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 7\r\n\r\nHealthy"
_DOWN_BODY = b'{"message": "No worker is ready."}'
_DOWN = (
    b"HTTP/1.1 503 SERVICE UNAVAILABLE\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(_DOWN_BODY)
    + _DOWN_BODY
)
_OTHER = b"HTTP/1.1 404 NOT FOUND\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class HealthSocket:
    """Listens from the first time a worker is ready; answers 503 when none is any more."""

    def __init__(self, path):
        self.path = path
        self._listener = None
        # Descriptor -> [socket, bytes of the head so far, time of the last byte]
        self._connections = {}

    def is_open(self):
        return self._listener is not None

    def open(self, poller):
        remove_socket(self.path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.setblocking(False)
        listener.bind(self.path)
        listener.listen(64)
        self._listener = listener
        poller.register(listener.fileno(), select.POLLIN)

    def fds(self):
        if self._listener is None:
            return []
        return [self._listener.fileno()] + list(self._connections)

    def handle(self, fd, poller, healthy, now):
        """True when `fd` was one of ours."""
        if self._listener is None:
            return False
        if fd == self._listener.fileno():
            self._accept(poller, now)
            return True
        if fd not in self._connections:
            return False
        self._read(fd, poller, healthy, now)
        return True

    def sweep(self, poller, now):
        for fd in [fd for fd, entry in self._connections.items() if now - entry[2] > IDLE_SECONDS]:
            self._close(fd, poller)

    def close(self):
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            remove_socket(self.path)

    def _accept(self, poller, now):
        try:
            connection, _ = self._listener.accept()
        except OSError:
            # Gone before it was taken, or no descriptors left: the probe tries again.
            return
        if len(self._connections) >= MAX_CONNECTIONS:
            connection.close()
            return
        connection.setblocking(False)
        self._connections[connection.fileno()] = [connection, b"", now]
        poller.register(connection.fileno(), select.POLLIN)

    def _read(self, fd, poller, healthy, now):
        entry = self._connections[fd]
        try:
            data = entry[0].recv(MAX_HEAD)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(fd, poller)
            return
        entry[1] += data
        entry[2] = now
        while True:
            head, end, rest = entry[1].partition(b"\r\n\r\n")
            if not end:
                break
            entry[1] = rest
            if not self._answer(entry[0], head, healthy):
                self._close(fd, poller)
                return
        if len(entry[1]) > MAX_HEAD:
            self._close(fd, poller)

    @staticmethod
    def _answer(connection, head, healthy):
        line = head.split(b"\r\n", 1)[0].split(b" ")
        known = len(line) == 3 and line[0] == b"GET" and line[1].split(b"?")[0] == b"/"
        answer = (_OK if healthy else _DOWN) if known else _OTHER
        try:
            connection.send(answer)
        except OSError:
            return False
        return known and b"connection: close" not in head.lower() and line[2] == b"HTTP/1.1"

    def _close(self, fd, poller):
        poller.unregister(fd)
        self._connections.pop(fd)[0].close()


def remove_socket(path):
    """Takes a socket of an earlier run away, so that the name can be bound again."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
