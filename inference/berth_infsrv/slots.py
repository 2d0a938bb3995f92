"""One worker's place in the master: its process, its pipes, its shared page, and its record of deaths."""

import os
from collections import deque

from . import board, log

MAX_TAIL_LINES = 20
MAX_TAIL_LINE = 1000
MAX_EVENT_BYTES = 256 * 1024
# A pipe takes this much at once when poll() says that it is writable, so a write of it never blocks.
PIPE_PIECE = 4096

_SERVER_FRAMES = (
    b'  File "' + os.fsencode(os.path.dirname(os.path.abspath(__file__))) + b"/",
    b'  File "<frozen runpy>"',
)

BOOTING, READY, STOPPED, WAITING = "booting", "ready", "stopped", "waiting"


class Slot:
    """A place for a worker: the process changes, the record of its deaths stays."""

    def __init__(self, index, one_log):
        self.index = index
        self.board = board.Board()
        self.pid = 0
        self.state = STOPPED
        self.restart_at = 0.0
        self.started_at = 0.0
        self.ready_at = 0.0
        # Deaths in a row without a request answered or a quiet while between them.
        self.deaths = 0
        self.killed_for_deadline = False
        self.was_ready = False
        self.told_bad_event = False
        self._one_log = one_log
        self.tail = deque(maxlen=MAX_TAIL_LINES)
        self._partial = b""
        self.events_fd = self.dump_fd = self.lifeline_fd = -1
        # Pipe with the worker's output -> descriptor of ours to which it goes.
        self.log_fds = {}
        self._event_bytes = b""

    def open_pipes(self):
        """Makes the pipes. Returns the worker's ends: (stdout, stderr, events, dump, lifeline)."""
        self.tail.clear()
        self._partial = b""
        self._event_bytes = b""
        out_r, out_w = os.pipe()
        self.log_fds = {out_r: 1}
        err_w = out_w
        if not self._one_log:
            err_r, err_w = os.pipe()
            self.log_fds[err_r] = 2
        self.events_fd, events_w = os.pipe()
        self.dump_fd, dump_w = os.pipe()
        lifeline_r, self.lifeline_fd = os.pipe()
        for fd in list(self.log_fds) + [self.events_fd, self.dump_fd]:
            os.set_blocking(fd, False)
        return out_w, err_w, events_w, dump_w, lifeline_r

    def own_fds(self):
        return list(self.log_fds) + [fd for fd in (self.events_fd, self.dump_fd, self.lifeline_fd) if fd >= 0]

    def readable_fds(self):
        return list(self.log_fds) + [fd for fd in (self.events_fd, self.dump_fd) if fd >= 0]

    def close_pipes(self):
        for fd in self.own_fds():
            os.close(fd)
        self.log_fds = {}
        self.events_fd = self.dump_fd = self.lifeline_fd = -1

    def copy_log(self, fd, limit=PIPE_PIECE):
        """Moves one piece of the worker's output on. False when there was nothing to move."""
        try:
            data = os.read(fd, limit)
        except BlockingIOError:
            return False
        if not data:
            return False
        log.put(self.log_fds[fd], data)
        self._remember(data)
        return True

    def _remember(self, data):
        lines = (self._partial + data).split(b"\n")
        self._partial = lines.pop()[-MAX_TAIL_LINE:]
        for line in lines:
            # The stack of a crash ends with frames of the server, which would push out what explains it.
            if not line.startswith(_SERVER_FRAMES):
                self.tail.append(line[:MAX_TAIL_LINE])

    def last_lines(self):
        lines = list(self.tail)
        if self._partial:
            lines.append(self._partial)
        return [line.decode("utf-8", "replace") for line in lines[-MAX_TAIL_LINES:]]

    def read_events(self):
        """Complete event lines, as bytes with their newline."""
        try:
            data = os.read(self.events_fd, 65536)
        except BlockingIOError:
            return []
        if not data:
            return []
        lines = (self._event_bytes + data).split(b"\n")
        # The worker bounds its lines; a longer one was not written by our code and is not passed on.
        self._event_bytes = lines.pop()[:MAX_EVENT_BYTES]
        return [line + b"\n" for line in lines if line]

    def read_dump(self):
        try:
            return os.read(self.dump_fd, 65536)
        except BlockingIOError:
            return b""
