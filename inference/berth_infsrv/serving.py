"""The worker's loop: one epoll for all connections, requests scored one after another in the main thread.

The main thread holds `lock` except while it waits and while it scores; the watching thread takes it only while a run()
lasts. So the connections have one owner at a time, and the usual request pays for no hand-over between threads.
"""

import os
import select
import socket
import time
from _thread import allocate_lock, get_ident
from collections import deque

from . import log
from .bounds import MAX_CONNECTIONS, MAX_DISCARDED, SWEEP_SECONDS, is_stale, read_deadline, to_make_room
from .connection import MAX_AHEAD, RECEIVE, Connection, discard_input, drain, end_sending
from .http1 import BadRequest
from .listeners import Listeners, OutOfDescriptors

_IN = select.EPOLLIN
_GONE = select.EPOLLHUP | select.EPOLLERR
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Server:
    """One worker's connections, and the requests on them, one run() at a time."""

    def __init__(self, settings, listeners, scorer, routes, guard, watch):
        self._settings = settings
        self._scorer = scorer
        self._routes = routes
        self._watch = watch
        self.guard = guard
        self.main_thread = get_ident()
        self.lock = allocate_lock()
        self._epoll = select.epoll()
        self.epoll_fd = self._epoll.fileno()
        self._connections = {}
        self._ready = deque()
        # Number of the latest run(); with `deadline`, read by the watching thread.
        self.runs = 0
        self.deadline = 0.0
        self._current = None
        self._stopping = False
        self._swept = 0.0
        self._one_at_a_time = settings.strict
        self._listeners = Listeners(listeners, self._epoll, settings.worker_count > 1 and not settings.run_dir)
        self._signals_r = -1

    # The main thread

    def serve(self, signals_fd):
        """Until `stop()`; returns when the last answer has gone. `signals_fd` becomes readable on a signal."""
        self._signals_r = signals_fd
        self._epoll.register(signals_fd, _IN)
        self._watch.attach(self)
        poll = self._epoll.poll
        lock = self.lock
        ready = self._ready
        lock.acquire()
        while True:
            if ready:
                connection, request = ready.popleft()
                self._score(connection, request)
                continue
            if self._stopping and self._is_done():
                return
            lock.release()
            events = poll(SWEEP_SECONDS if self._connections else -1)
            lock.acquire()
            for fd, mask in events:
                self._handle(fd, mask)
            self._sweep()

    def stop(self):
        """From a signal handler: answers what has arrived, then ends."""
        self._stopping = True

    def leave_to_parent(self):
        """In a process that the script has forked: closes its copies of the sockets."""
        self._listeners.close_copies()
        for connection in self._connections.values():
            connection.socket.close()
        self._epoll.close()

    def _is_done(self):
        self._listeners.close()
        for connection in list(self._connections.values()):
            if not connection.busy and connection.out is None:
                self._drop(connection)
        return not self._connections

    def _score(self, connection, request):
        if connection.closed:
            return
        now = time.monotonic()
        if request.deadline and now >= request.deadline:
            self._send(connection, self._routes.too_late(request, self._closes(connection, request)))
            self._after(connection, request)
            return
        self.runs = number = self.runs + 1
        self._current = connection
        self.deadline = deadline = self._scorer.deadline_of(request, now)
        watch = self._watch
        if watch.asleep or deadline - now < 0.05:
            watch.wake()
        close = self._closes(connection, request)
        self.lock.release()
        try:
            data = self._scorer.score(request, number, deadline, close, connection)
        except Exception as problem:
            data = self._scorer.internal_error(problem)
            close = True
        finally:
            self.lock.acquire()
            self._current = None
        if connection.closed:
            connection.socket.close()
            return
        if data is None:
            # Streamed and sent already, or nothing sensible can be sent any more.
            connection.close_after = connection.close_after or close
        else:
            self._send(connection, data)
        if close:
            connection.close_after = True
        self._after(connection, request)

    def _closes(self, connection, request):
        return (
            not request.keep_alive
            or connection.at_end
            or connection.close_after
            or self._stopping
            or self._one_at_a_time
        )

    def _after(self, connection, request):
        connection.busy = False
        if self._closes(connection, request):
            connection.close_after = True
        if connection.out is None:
            self._continue(connection)

    def _continue(self, connection):
        """The answer has gone: the next request, or the end."""
        if connection.close_after:
            self._drop(connection, orderly=True)
            return
        if connection.paused:
            connection.paused = False
            self._epoll.modify(connection.fd, _IN)
        if connection.buffer:
            self._advance(connection)

    # The watching thread

    def pump(self, number):
        """Serves the connections once, if the run() of this number still lasts. True when its client has gone."""
        if self._listeners.shared:
            # Let a free worker take a new connection first; here it would wait behind the run().
            time.sleep(0.005)
        with self.lock:
            if self.guard.running != number:
                return False
            for fd, mask in self._epoll.poll(0):
                self._handle(fd, mask)
            return self._current is not None and self._current.closed

    def due(self, number):
        """The run() of this number ends too soon to wait for the next tick."""
        return self.runs == number and bool(self.deadline) and self.deadline - time.monotonic() < 0.05

    def note_timeout(self, number, frame):
        from . import failure

        self._scorer.timed_out(failure.stack_of(frame, self._settings.code_dir))

    def abandon(self, number):
        """run() goes on after its deadline, in code that cannot be interrupted: answer, and end the process."""
        with self.lock:
            connection = self._current
            if self.guard.running != number or connection is None:
                return
            if not connection.closed:
                try:
                    connection.socket.send(self._scorer.stuck_answer())
                except OSError as problem:
                    log.info("The client of the stuck run() is not reachable: %s" % problem)
            log.error("run() cannot be interrupted; the worker ends itself and is started again.")
            from . import EXIT_RUN_STUCK

            os._exit(EXIT_RUN_STUCK)

    # Connections, under the lock

    def _handle(self, fd, mask):
        connection = self._connections.get(fd)
        if connection is None:
            if fd in self._listeners:
                self._accept(fd)
            elif fd == self._signals_r:
                drain(fd)
            return
        try:
            if mask & _GONE:
                self._drop(connection)
                return
            if mask & select.EPOLLOUT:
                self._flush(connection)
            if mask & _IN and not connection.closed:
                self._read(connection)
        except Exception as problem:
            self._broken(connection, problem)

    def _broken(self, connection, problem):
        """A defect of ours met this connection: told, and kept from the others."""
        import traceback

        log.error("The connection is closed for an internal error: %s\n%s" % (problem, traceback.format_exc()))
        self._drop(connection)

    def _accept(self, fd):
        listeners = self._listeners
        while True:
            try:
                accepted = listeners.accept(fd)
            except OutOfDescriptors:
                if not self._make_room():
                    # The script has used them up. The listener stays readable: not to turn in circles at full speed.
                    time.sleep(0.05)
                return
            if accepted is None:
                return
            if len(self._connections) >= MAX_CONNECTIONS and not self._make_room():
                # All of them wait for an answer.
                listeners.pause()
            client, is_local = accepted
            connection = Connection(client, self._settings.max_body_bytes, is_local, time.monotonic())
            self._connections[connection.fd] = connection
            self._epoll.register(connection.fd, _IN)
            if listeners.shared or listeners.paused:
                return

    def _make_room(self):
        quiet = to_make_room(self._connections.values())
        if quiet is not None:
            self._drop(quiet)
        return quiet is not None

    def _read(self, connection):
        try:
            if connection.to_discard:
                self._discard(connection)
                return
            more = connection.receive()
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)
            return
        if not more:
            self._ended(connection)
        elif connection.busy or connection.out is not None:
            if len(connection.buffer) > MAX_AHEAD:
                connection.paused = True
                self._epoll.modify(connection.fd, select.EPOLLOUT if connection.out is not None else 0)
        else:
            self._advance(connection)

    def _ended(self, connection):
        """The client sends no more. On TCP that is all one ever sees of a client that has gone."""
        waits_for_answer = connection.busy or connection.out is not None
        if not waits_for_answer or (connection is self._current and not connection.is_local):
            self._drop(connection)
        else:
            connection.close_after = True
            self._epoll.modify(connection.fd, select.EPOLLOUT if connection.out is not None else 0)

    def _advance(self, connection):
        """Takes requests from the buffer until one has to wait for its turn."""
        while not connection.busy and not connection.closed and connection.out is None:
            try:
                request = connection.next_request()
            except BadRequest as problem:
                self._refuse(connection, problem)
                return
            if request is None:
                connection.active = time.monotonic()
                if connection.started == 0.0 and (connection.buffer or connection.request is not None):
                    connection.started = connection.active
                if connection.request is not None and connection.wants_continue():
                    # Once: the field is taken away with it.
                    connection.request.headers.pop("expect")
                    self._send(connection, _CONTINUE)
                return
            self._arrived(connection, request)

    def _refuse(self, connection, problem):
        """Answers what cannot be understood. The rest is read and thrown away for a while: closing at once would reset
        the connection, and the client, still sending, might never see the answer."""
        connection.close_after = True
        connection.buffer.clear()
        connection.request = None
        connection.missing = 0
        self._send(connection, self._routes.bad_request(problem))
        if connection.closed or connection.out is not None:
            return
        try:
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(connection)
            return
        connection.to_discard = MAX_DISCARDED
        connection.started = connection.active = time.monotonic()

    def _discard(self, connection):
        data = connection.socket.recv(RECEIVE)
        connection.to_discard -= len(data)
        if not data or connection.to_discard <= 0:
            self._drop(connection)

    def _arrived(self, connection, request):
        now = time.monotonic()
        connection.active = now
        request.arrived = now
        read_deadline(request, now)
        data = self._routes.at_once(request, connection, self._closes(connection, request))
        if data is None:
            connection.busy = True
            self._ready.append((connection, request))
            return
        self._send(connection, data)
        if not connection.closed and self._closes(connection, request):
            connection.close_after = True
            if connection.out is None:
                self._drop(connection, orderly=True)

    def _send(self, connection, data):
        try:
            sent = connection.socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(connection)
            return
        if sent < len(data):
            connection.out = memoryview(data)[sent:]
            self._epoll.modify(connection.fd, select.EPOLLOUT)

    def _flush(self, connection):
        if connection.out is None:
            return
        try:
            sent = connection.socket.send(connection.out)
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)
            return
        connection.active = time.monotonic()
        connection.out = connection.out[sent:]
        if len(connection.out):
            return
        connection.out = None
        self._epoll.modify(connection.fd, 0 if connection.at_end else _IN)
        if not connection.busy:
            self._continue(connection)

    def _drop(self, connection, orderly=False):
        if connection.closed:
            return
        connection.closed = True
        connection.out = None
        self._connections.pop(connection.fd, None)
        self._epoll.unregister(connection.fd)
        if orderly:
            # A process that the script has forked may hold the socket as well: closing alone would not tell the client.
            end_sending(connection.socket)
            if connection.buffer:
                discard_input(connection.socket)
        if connection is not self._current:
            # Else the main thread may be writing to it, and closes it when it comes back; the watching thread, which
            # has seen this, interrupts it.
            connection.socket.close()
        if not self._stopping:
            self._listeners.resume()

    def _sweep(self):
        now = time.monotonic()
        if now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        for connection in list(self._connections.values()):
            if is_stale(connection, now):
                self._drop(connection)
