"""Interrupts run() in the main thread: at its deadline, or when its client has gone.

A signal makes the interpreter call the handler in the main thread between two instructions of the script, or inside a
system call of it; the handler raises. Native code that returns to neither is the master's to stop.
"""

import signal
from _thread import get_ident

# A real-time signal, because libraries use the others for themselves.
INTERRUPT = signal.SIGRTMIN + 6

DEADLINE, GONE, STOPPING = "deadline", "gone", "stopping"


class RunInterrupted(BaseException):
    """Raised inside run(). No Exception, so that a script's `except Exception` does not swallow it."""


class Guard:
    """Says which run() may be interrupted, and does it."""

    def __init__(self):
        self._main = get_ident()
        # Number of the run() that may be interrupted now; 0 is none.
        self.running = 0
        # Number of the run() that is to be interrupted, and why.
        self._target = 0
        self.reason = ""
        signal.signal(INTERRUPT, self._raise)

    def interrupt(self, number, reason):
        """From another thread. Called again until run() has ended: a script may have swallowed the exception."""
        self.reason = reason
        self._target = number
        if self.running == number:
            signal.pthread_kill(self._main, INTERRUPT)

    def _raise(self, number, frame):
        if self.running and self.running == self._target:
            # Once a call: while one exception is on its way, no other may hit the code that handles it.
            self._target = 0
            raise RunInterrupted(self.reason)
