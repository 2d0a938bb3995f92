"""What the operating system tells: descriptors, exits, the cgroup."""

import os
import select
import signal


def same_file(first, second):
    """Whether two descriptors lead to the same file, pipe or terminal."""
    try:
        one, two = os.fstat(first), os.fstat(second)
    except OSError:
        return False
    return (one.st_dev, one.st_ino) == (two.st_dev, two.st_ino)


def writable(fd):
    """Whether a write of up to PIPE_BUF bytes would not block."""
    poller = select.poll()
    try:
        poller.register(fd, select.POLLOUT)
        # A closed reader counts as writable: the write then fails and the output is dropped.
        return bool(poller.poll(0))
    except OSError:
        return True


def describe_exit(status, report):
    """Words for a wait status; puts `exitStatus` or `signal` into `report`."""
    if os.WIFSIGNALED(status):
        report["signal"] = os.WTERMSIG(status)
        try:
            name = signal.Signals(report["signal"]).name
        except ValueError:
            name = "signal %d" % report["signal"]
        return "was killed by %s" % name
    report["exitStatus"] = os.WEXITSTATUS(status)
    return "exited with code %d" % report["exitStatus"]


def oom_kills():
    """The cgroup's count of processes that the kernel killed for memory; 0 where there is no such file."""
    try:
        with open("/proc/self/cgroup") as file:
            group = next((line.strip()[3:] for line in file if line.startswith("0::")), None)
        if group is None:
            return 0
        with open("/sys/fs/cgroup" + group.rstrip("/") + "/memory.events") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    except (OSError, ValueError):
        # No cgroup v2, or the fence hides it: then nothing is known, and nothing is claimed.
        return 0
