"""The sockets that a worker accepts connections from: in the poller as long as there is room for more."""

import errno
import select
import socket


class OutOfDescriptors(Exception):
    """The process may not open one more descriptor."""


class Listeners:
    def __init__(self, sockets, epoll, shared):
        """`shared`: other workers accept from the same sockets."""
        self._sockets = {listener.fileno(): listener for listener in sockets}
        self._epoll = epoll
        self.shared = shared
        self.paused = True
        self.resume()

    def __contains__(self, fd):
        return fd in self._sockets

    def accept(self, fd):
        """(the client's socket, whether it is on this machine), or None when nobody is there."""
        listener = self._sockets[fd]
        try:
            client, _ = listener.accept()
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE):
                raise OutOfDescriptors from None
            # Gone again, or another worker was faster.
            return None
        client.setblocking(False)
        is_local = listener.family == socket.AF_UNIX
        if not is_local:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client, is_local

    def pause(self):
        if not self.paused:
            self.paused = True
            for fd in self._sockets:
                self._epoll.unregister(fd)

    def resume(self):
        if self.paused:
            self.paused = False
            # Only one of the workers that share a socket is woken for a new connection.
            mask = select.EPOLLIN | (select.EPOLLEXCLUSIVE if self.shared else 0)
            for fd in self._sockets:
                self._epoll.register(fd, mask)

    def close(self):
        """For good; what has been accepted lives on."""
        self.pause()
        self.close_copies()

    def close_copies(self):
        """In a forked process: without a word to the poller, which it shares with its parent."""
        while self._sockets:
            self._sockets.popitem()[1].close()
