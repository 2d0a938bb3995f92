"""A page of memory that master and worker share: what the worker is doing, readable after any kind of death.

A pipe would lose what a killed process had not yet written, and cost a system call per request. Writing here costs
neither. The master may read a value while it is being written; it only ever uses it to describe, or to stop a run()
that is past its deadline anyway.
"""

import mmap
import struct

PHASES = ("boot", "import", "init", "serving", "run")
BOOT, IMPORT, INIT, SERVING, RUN = range(5)
MAX_ID = 100

# phase, length of the request id, requests answered, deadline (monotonic seconds, 0 is none), request id
_LAYOUT = struct.Struct("<BB6xQd%ds" % MAX_ID)
_ANSWERED = struct.Struct("<Q")
_ANSWERED_AT = 8


class Board:
    """Written by the worker, read by the master; see the module's text for what may tear."""

    def __init__(self):
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._answered = 0

    def enter(self, phase):
        self._page[0] = phase

    def begin_run(self, request_id, deadline):
        """`request_id` as bytes of at most MAX_ID."""
        _LAYOUT.pack_into(self._page, 0, RUN, len(request_id), self._answered, deadline, request_id)

    def end_run(self):
        self._page[0] = SERVING
        self._answered += 1
        _ANSWERED.pack_into(self._page, _ANSWERED_AT, self._answered)

    def read(self):
        """(phase, request id or "", requests answered, deadline)"""
        phase, length, answered, deadline, request_id = _LAYOUT.unpack_from(self._page, 0)
        phase = min(phase, RUN)
        name = request_id[: min(length, MAX_ID)].decode("latin-1") if phase == RUN else ""
        return phase, name, answered, deadline if phase == RUN else 0.0

    def clear(self):
        self._page[: _LAYOUT.size] = bytes(_LAYOUT.size)
