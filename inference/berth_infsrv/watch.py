"""The watching thread: takes over the connections while run() keeps the main thread busy.

While requests are short it only counts ticks. When one run() lasts over a whole tick, it answers probes, reads what
clients send, notices who has gone, and interrupts run() at its deadline. Asleep when nothing is asked of the worker.
Also ends the worker when the master has died, in every phase.
"""

import os
import select
import sys
import time

from . import EXIT_MASTER_GONE, EXIT_RUN_STUCK, log
from .guard import DEADLINE, GONE

TICK = 0.02
# Ticks without a request before the thread goes to sleep.
TICKS_TO_SLEEP = 100
# After this long past the deadline the client is answered and the process ends.
STUCK_SECONDS = 1.0


class Watch:
    """The thread, and the pipe that wakes it."""

    def __init__(self, lifeline):
        self._lifeline = lifeline
        self._wake_r, self._wake_w = os.pipe()
        os.set_blocking(self._wake_w, False)
        os.set_blocking(self._wake_r, False)
        self.asleep = True
        self._server = None

    def start(self):
        from _thread import start_new_thread

        start_new_thread(self._run, ())

    def attach(self, server):
        """From now on there are requests to watch."""
        self._server = server

    def wake(self):
        """By the main thread, when a request starts and the thread is asleep, or needs watching at once."""
        self.asleep = False
        try:
            os.write(self._wake_w, b"w")
        except BlockingIOError:
            # The pipe is full of wake-ups already.
            return

    def _run(self):
        try:
            self._loop()
        except BaseException as problem:
            # Without this thread no deadline would hold: better a restart than a worker that hangs.
            import traceback

            log.error("The watching thread failed: %s\n%s" % (problem, traceback.format_exc()))
            os._exit(EXIT_RUN_STUCK)

    def _loop(self):
        quiet = select.poll()
        quiet.register(self._wake_r, select.POLLIN)
        quiet.register(self._lifeline, select.POLLIN)
        seen, ticks = 0, 0
        while True:
            events = quiet.poll(None if self.asleep else TICK * 1000)
            for fd, _ in events:
                self._drain(fd)
            server = self._server
            if server is None:
                continue
            number = server.guard.running
            if number and (number == seen or server.due(number)):
                self._watch(server, number)
                seen, ticks = server.runs, 0
                continue
            if number != seen:
                ticks = 0
            if server.runs == seen and not number:
                ticks += 1
                if ticks > TICKS_TO_SLEEP:
                    self._sleep(server, seen)
            seen = number or server.runs

    def _sleep(self, server, seen):
        self.asleep = True
        # A request that started just now found `asleep` still false and did not wake us.
        if server.guard.running or server.runs != seen:
            self.asleep = False

    def _drain(self, fd):
        if fd == self._lifeline:
            # Its other end is held by the master alone and never written: this is the master's death.
            os._exit(EXIT_MASTER_GONE)
        try:
            os.read(self._wake_r, 4096)
        except BlockingIOError:
            return

    def _watch(self, server, number):
        """Serves the connections until the run() of this number has ended."""
        busy = select.poll()
        busy.register(self._lifeline, select.POLLIN)
        busy.register(server.epoll_fd, select.POLLIN)
        told = False
        # When the client of this run() was seen to have gone.
        gone = 0.0
        while server.guard.running == number:
            now = time.monotonic()
            deadline = server.deadline
            if deadline and now >= deadline:
                if not told:
                    told = True
                    server.note_timeout(number, sys._current_frames().get(server.main_thread))
                server.guard.interrupt(number, DEADLINE)
                if now > deadline + STUCK_SECONDS:
                    server.abandon(number)
                wait = TICK
            elif gone:
                server.guard.interrupt(number, GONE)
                if now > gone + STUCK_SECONDS:
                    # Nobody waits for it; only the deadline or its end will stop it now.
                    wait = 0.25
                else:
                    wait = TICK
            else:
                wait = min(0.25, deadline - now) if deadline else 0.25
            # The end of run() is noticed at the next turn; a turn lasts a tick at most while the lock is wanted.
            for fd, _ in busy.poll(min(wait, TICK * 5) * 1000):
                if fd == self._lifeline:
                    os._exit(EXIT_MASTER_GONE)
                if server.pump(number):
                    gone = gone or time.monotonic()
