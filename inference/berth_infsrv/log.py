"""Log records in azmlinfsrv's form, without the logging module: a script that does not log need not pay for it.

`<UTC> <level letter> [<pid>] <logger> - <message>`. With a logging.json the records go through the logging module.
"""

import os
import time

_STDOUT = 1
_STDERR = 2
_LEVEL_NUMBERS = {"D": 10, "I": 20, "W": 30, "E": 40, "C": 50}

# Set by logsetup.use_logging(): then records are handed to the logging module.
through_logging = None


def stamp(now):
    parts = time.gmtime(now)
    return "%04d-%02d-%02d %02d:%02d:%02d,%03d" % (parts[:6] + (int(now * 1000) % 1000,))


def write(level, logger, message, fd=_STDOUT):
    """One record. `level` is D, I, W, E or C."""
    if through_logging is not None:
        through_logging(_LEVEL_NUMBERS[level], logger, message)
        return
    line = "%s %s [%d] %s - %s\n" % (stamp(time.time()), level, os.getpid(), logger, message)
    put(fd, line.encode("utf-8", "backslashreplace"))


def put(fd, data):
    """Writes all of `data`. A log whose reader has gone must not end the scoring: the lines are lost then."""
    try:
        while data:
            data = data[os.write(fd, data) :]
    except OSError:
        return


def info(message, logger="azmlinfsrv"):
    write("I", logger, message)


def request(received, status, started, length):
    """The record of one request that was answered; `started` in monotonic seconds, `length` of the body."""
    target = received.path + ("?" + received.query if received.query else "")
    taken = (time.monotonic() - started) * 1000.0
    info("%s %s %d %.3fms %s" % (received.method, target, status, taken, length))


def warning(message, logger="azmlinfsrv"):
    write("W", logger, message)


def error(message, logger="azmlinfsrv"):
    write("E", logger, message)


def master(level, message):
    """A record about workers; these go to stderr, as the original's do."""
    write(level, "azmlinfsrv.master", message, _STDERR)
