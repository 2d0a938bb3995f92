"""Events: one JSON object a line. A worker writes to its pipe to the master, the master to the parent process."""

import json
import os
import time
from _thread import allocate_lock

from . import log

MAX_LINE = 64 * 1024 - 1
_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


def encoded(event):
    """The event's line, never longer than MAX_LINE: what explains least is cut first."""
    line = _encode(event).encode("ascii")
    if len(line) < MAX_LINE:
        return line + b"\n"
    for shorten in (_drop_causes, _drop_frames, _drop_text):
        event = shorten(event)
        line = _encode(event).encode("ascii")
        if len(line) < MAX_LINE:
            return line + b"\n"
    kept = {key: event[key] for key in ("event", "at", "source", "worker", "pid") if key in event}
    kept["truncated"] = True
    return _encode(kept).encode("ascii") + b"\n"


def _drop_causes(event):
    error = event.get("error")
    return dict(event, error=dict(error, causes=error["causes"][:1])) if error and error.get("causes") else event


def _drop_frames(event):
    event = dict(event)
    if event.get("error"):
        event["error"] = dict(event["error"], frames=event["error"].get("frames", [])[-10:], causes=[])
    if "threads" in event:
        event["threads"] = event["threads"][:4]
    return event


def _drop_text(event):
    event = dict(event)
    if event.get("error"):
        event["error"] = dict(event["error"], message=event["error"].get("message", "")[:500])
    for key in ("lastLines", "threads", "stack"):
        if key in event:
            event[key] = event[key][:1]
    if "detail" in event:
        event["detail"] = str(event["detail"])[:500]
    return event


def name_of(line):
    """The event's name; None for what is no event: the script's process shares the pipe and can write anything to it."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    name = event.get("event") if isinstance(event, dict) else None
    return name if isinstance(name, str) else None


class WorkerEvents:
    """What a worker tells. Thread-safe; one write at a time, because lines above PIPE_BUF are not atomic."""

    def __init__(self, fd, worker):
        self._fd = fd
        self._worker = worker
        self._lock = allocate_lock()

    def send(self, name, **values):
        event = {"event": name, "at": round(time.time(), 3), "source": "inference-server", "worker": self._worker}
        event.update(values)
        line = encoded(event)
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._fd, line) :]
            except OSError:
                # The master has gone; the lifeline ends this process.
                return


def inherited_fd():
    """The parent's descriptor for events, taken out of the environment; None without one."""
    value = os.environ.pop("BERTH_EVENT_FD", "")
    path = os.environ.pop("BERTH_EVENT_FILE", "")
    if path and not value:
        # In a container nothing is inherited: events are appended to a file that the parent reads.
        try:
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            log.master("W", "BERTH_EVENT_FILE=%s cannot be opened (%s): no events are sent." % (path, error))
            return None
    if not value.isdigit():
        return None
    try:
        os.fstat(int(value))
    except OSError:
        log.master("W", "BERTH_EVENT_FD=%s is not an open descriptor: no events are sent." % value)
        return None
    return int(value)


class EventSink:
    """What the master tells the parent process: never blocks, keeps at most `max_pending` bytes for a slow reader."""

    def __init__(self, fd, max_pending=1 << 20):
        self.fd = fd
        self._pending = bytearray()
        self._max_pending = max_pending
        self._lost = 0
        if fd is not None:
            os.set_blocking(fd, False)
            os.set_inheritable(fd, False)

    def send(self, name, **values):
        if self.fd is None:
            return
        event = {"event": name, "at": round(time.time(), 3), "source": "inference-server"}
        event.update(values)
        self.forward(encoded(event))

    def forward(self, line):
        if self.fd is None:
            return
        if len(self._pending) + len(line) > self._max_pending:
            self._lost += 1
            return
        if self._lost and not self._pending:
            lost, self._lost = self._lost, 0
            self.send("warning", kind="events-lost", message="%d events were lost: the reader is too slow" % lost)
        self._pending += line
        self.flush()

    def wants_write(self):
        return bool(self._pending)

    def flush(self):
        try:
            while self._pending:
                del self._pending[: os.write(self.fd, self._pending[:65536])]
        except BlockingIOError:
            return
        except OSError:
            # The parent has closed its end: nobody is left to tell.
            self.fd = None
            self._pending.clear()
