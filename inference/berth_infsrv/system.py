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


def oom_kills(proc="/proc", cgroups="/sys/fs/cgroup"):
    """The cgroup's count of processes that the kernel killed for memory; None where it cannot be read."""
    try:
        with open(proc + "/self/cgroup") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if number == "0" and not controllers:
            folder, name = cgroups, "memory.events"
        elif "memory" in controllers.split(","):
            folder, name = cgroups + "/memory", "memory.oom_control"
        else:
            continue
        try:
            with open(folder + group.rstrip("/") + "/" + name) as file:
                return next(int(counter.split()[1]) for counter in file if counter.startswith("oom_kill "))
        except (OSError, ValueError, StopIteration):
            # Hidden by the fence, or a kernel that does not count: another hierarchy may.
            continue
    return None
