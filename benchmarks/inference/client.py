"""A load generator: a number of connections, each with one request under way; reconnects where the server closes."""

import select
import socket
import time


class Load:
    def __init__(self, address, request, connections):
        self._address = address
        self._request = request
        self._count = connections

    def run(self, total):
        """Sends `total` requests. (seconds, sorted latencies in seconds, answers that are not 200)"""
        epoll = select.epoll()
        open_sockets, buffers, begun = {}, {}, {}
        latencies, bad, sent, done = [], 0, 0, 0
        began = time.perf_counter()
        for _ in range(self._count):
            self._open(epoll, open_sockets, buffers, begun)
            sent += 1
        while done < total:
            events = epoll.poll(30)
            if not events:
                raise RuntimeError("no answer within 30 s")
            for fd, _ in events:
                data = open_sockets[fd].recv(262144)
                buffers[fd] += data
                complete, status, closes = _parsed(buffers[fd], not data)
                if not complete:
                    if not data:
                        raise RuntimeError("the connection ended within an answer: %r" % bytes(buffers[fd][:200]))
                    continue
                done += 1
                bad += status != 200
                latencies.append(time.perf_counter() - begun[fd])
                if closes or not data:
                    epoll.unregister(fd)
                    open_sockets.pop(fd).close()
                    if sent < total:
                        self._open(epoll, open_sockets, buffers, begun)
                        sent += 1
                elif sent < total:
                    buffers[fd].clear()
                    begun[fd] = time.perf_counter()
                    open_sockets[fd].sendall(self._request)
                    sent += 1
        seconds = time.perf_counter() - began
        for client in open_sockets.values():
            client.close()
        return seconds, sorted(latencies), bad

    def _open(self, epoll, open_sockets, buffers, begun):
        client = connect(self._address)
        fd = client.fileno()
        open_sockets[fd], buffers[fd], begun[fd] = client, bytearray(), time.perf_counter()
        client.sendall(self._request)
        epoll.register(fd, select.EPOLLIN)


def connect(address):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    client = socket.socket(family, socket.SOCK_STREAM)
    client.settimeout(30)
    client.connect(address)
    return client


def _parsed(buffer, ended):
    """(complete, status, closes)"""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return False, 0, False
    head = bytes(buffer[:end]).lower()
    status = int(head[9:12])
    closes = b"connection: close" in head
    at = head.find(b"content-length:")
    if at >= 0:
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        return len(buffer) >= end + 4 + length, status, closes
    if b"transfer-encoding: chunked" in head:
        return buffer.endswith(b"0\r\n\r\n"), status, closes
    return ended, status, True


def one(address, request):
    """Status and body of a single request, or None when nobody answers yet."""
    try:
        with connect(address) as client:
            client.sendall(request)
            buffer = bytearray()
            while True:
                data = client.recv(262144)
                buffer += data
                complete, status, _ = _parsed(buffer, not data)
                if complete:
                    return status, bytes(buffer).split(b"\r\n\r\n", 1)[1]
                if not data:
                    return None
    except OSError:
        # Not listening yet; the caller asks again until its deadline.
        return None
