"""The master: starts the workers, passes their log and events on, notices their deaths, answers health.

It never imports the user's code, so it stays small and stays alive. It waits in poll() for everything at once: signals,
pipes of the workers, the health socket.
"""

import os
import select
import signal
import sys
import time

from . import EXIT_BOOT_FAILURE, EXIT_RUN_STUCK, board, events, health, log, restarts, system
from .slots import BOOTING, PIPE_PIECE, READY, STOPPED, WAITING, Slot

# How long a run() may ignore its deadline before the process is killed; the worker itself tries for half of it.
STUCK_GRACE = 2.0
STOP_GRACE = 30.0
DUMP_QUIET = 0.1
MAX_DUMP = 256 * 1024


class Master:
    """The parent process of the workers."""

    def __init__(self, settings, listeners, work):
        """`work(slot_index, pipes, board, listeners)` is what a worker does; it does not return."""
        self._settings = settings
        self._listeners = listeners
        self._work = work
        self._slots = [Slot(index, system.same_file(1, 2)) for index in range(settings.worker_count)]
        self._sink = events.EventSink(events.inherited_fd())
        self._health = health.HealthSocket(os.path.join(settings.run_dir, "health.sock")) if settings.run_dir else None
        self._poller = select.poll()
        self._wake_r = self._wake_w = -1
        self._stop_reason = None
        self._stop_at = 0.0
        self._exit_status = None
        self._started = time.monotonic()
        # Log pipes that are not read while their target takes nothing.
        self._paused = set()
        # Slot -> [text so far, time of the last piece]
        self._dumps = {}
        self._oom_kills = system.oom_kills()

    def run(self):
        self._catch_signals()
        self._sink.send(
            "boot",
            pid=os.getpid(),
            python="%d.%d.%d" % sys.version_info[:3],
            workers=len(self._slots),
            entryScript="" if self._settings.mlflow else self._settings.script_path(),
            modelDir=self._settings.model_dir,
        )
        for slot in self._slots:
            self._start(slot)
        while self._exit_status is None:
            self._turn()
        if self._health:
            self._health.close()
        self._flush_sink()
        return self._exit_status

    # Signals

    def _catch_signals(self):
        self._wake_r, self._wake_w = os.pipe()
        os.set_blocking(self._wake_r, False)
        os.set_blocking(self._wake_w, False)
        signal.set_wakeup_fd(self._wake_w, warn_on_full_buffer=False)
        self._poller.register(self._wake_r, select.POLLIN)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR2, signal.SIGCHLD):
            # The wake-up pipe says which one came; the handler only keeps the default action away.
            signal.signal(number, _ignore)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    def _handle_signals(self):
        try:
            numbers = os.read(self._wake_r, 512)
        except BlockingIOError:
            return
        for number in numbers:
            if number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
                self._stop(signal.Signals(number).name, 0)
            elif number == signal.SIGUSR2:
                self._ask_for_stacks()
        self._reap()

    # Workers

    def _start(self, slot):
        pipes = slot.open_pipes()
        slot.board.clear()
        slot.state = BOOTING
        slot.started_at = time.monotonic()
        slot.killed_for_deadline = False
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._become_worker(slot, pipes)
        for fd in set(pipes):
            os.close(fd)
        slot.pid = pid
        for fd in slot.readable_fds():
            self._poller.register(fd, select.POLLIN)

    def _become_worker(self, slot, pipes):
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        # Until the worker can tell its stack; the default action would end it.
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        # Ctrl-C reaches the whole group; the master then stops the workers in order.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.close(self._wake_r)
        os.close(self._wake_w)
        if self._sink.fd is not None:
            os.close(self._sink.fd)
        for other in self._slots:
            for fd in other.own_fds():
                os.close(fd)
        if self._health:
            for fd in self._health.fds():
                os.close(fd)
        status = EXIT_BOOT_FAILURE
        try:
            status = self._work(slot.index, pipes, slot.board, self._listeners)
        except BaseException as problem:
            # Whatever got this far is our own defect: its traceback is all that there will be.
            import traceback

            log.error("The worker failed: %s\n%s" % (problem, traceback.format_exc()))
        finally:
            os._exit(status if isinstance(status, int) else EXIT_BOOT_FAILURE)

    def _reap(self):
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for slot in self._slots:
                if slot.pid == pid and slot.state in (BOOTING, READY):
                    self._worker_died(slot, status, usage.ru_maxrss * 1024)

    def _worker_died(self, slot, status, peak_bytes):
        self._drain(slot)
        self._finish_dump(slot)
        for fd in slot.readable_fds():
            self._poller.unregister(fd)
            self._paused.discard(fd)
        slot.close_pipes()
        if self._settings.run_dir:
            health.remove_socket(os.path.join(self._settings.run_dir, "worker-%d.sock" % slot.index))
        now = time.monotonic()
        phase, request_id, answered, _ = slot.board.read()
        report = {"worker": slot.index, "pid": slot.pid, "phase": board.PHASES[max(phase, 1)]}
        how = system.describe_exit(status, report)
        ready_seconds = now - slot.ready_at if slot.state == READY else 0.0
        slot.state = STOPPED
        if self._stop_reason is not None:
            self._stopped_one(how, slot)
            return
        report["lastLines"] = slot.last_lines()
        report["peakResidentBytes"] = peak_bytes
        kills = system.oom_kills()
        if kills is not None and self._oom_kills is not None:
            report["oomKills"] = max(0, kills - self._oom_kills)
            self._oom_kills = kills
        if request_id:
            report["requestId"] = request_id
        if slot.killed_for_deadline:
            report["killedForDeadline"] = True
        log.master("E", "Worker (pid:%d) %s." % (slot.pid, how))
        if report.get("exitStatus") == EXIT_BOOT_FAILURE and not slot.was_ready:
            # The worker has told the cause; starting again would end in the same way.
            self._sink.send("worker-exited", **report)
            log.master("E", "Shutting down: Worker failed to boot.")
            self._stop("worker failed to boot", EXIT_BOOT_FAILURE)
            return
        if slot.killed_for_deadline or report.get("exitStatus") == EXIT_RUN_STUCK:
            # We ended it: that says nothing of a worker that cannot live.
            answered += 1
        slot.deaths, delay = restarts.after_death(slot.deaths, ready_seconds, answered, slot.was_ready)
        if delay == restarts.GIVE_UP:
            self._sink.send("worker-exited", **report)
            reason = "worker %d died %d times in a row: %s" % (slot.index, slot.deaths, how)
            self._sink.send("giving-up", reason=reason)
            log.master("E", "Giving up: %s." % reason)
            self._stop(reason, EXIT_BOOT_FAILURE)
            return
        report["restartIn"] = delay
        self._sink.send("worker-exited", **report)
        slot.state = WAITING
        slot.restart_at = now + delay

    def _drain(self, slot):
        # Bounded: a child of the worker may hold the pipe open and write for ever.
        for fd in list(slot.log_fds):
            for _ in range(256):
                if not slot.copy_log(fd):
                    break
        self._take_events(slot)
        self._collect_dump(slot)

    # Stopping

    def _stop(self, reason, status):
        if self._stop_reason is None:
            self._sink.send("stopping", reason=reason)
        elif status == 0:
            # Asked a second time: no more patience.
            self._kill_all()
            return
        self._stop_reason = reason
        self._stop_status = status
        self._stop_at = time.monotonic() + STOP_GRACE
        for slot in self._slots:
            if slot.state in (BOOTING, READY):
                _kill(slot.pid, signal.SIGTERM)
            else:
                slot.state = STOPPED
        self._end_if_stopped()

    def _stopped_one(self, how, slot):
        if how != "exited with code 0":
            log.master("W", "Worker (pid:%d) %s." % (slot.pid, how))
        self._end_if_stopped()

    def _end_if_stopped(self):
        if all(slot.state == STOPPED for slot in self._slots):
            self._exit_status = self._stop_status

    def _kill_all(self):
        for slot in self._slots:
            if slot.state in (BOOTING, READY):
                _kill(slot.pid, signal.SIGKILL)

    # Waiting

    def _turn(self):
        for fd, _ in self._poller.poll(self._timeout() * 1000):
            if fd == self._wake_r:
                self._handle_signals()
            elif self._sink.fd is not None and fd == self._sink.fd:
                self._flush_sink_once()
            elif self._health and self._health.handle(fd, self._poller, self._any_ready(), time.monotonic()):
                continue
            else:
                self._handle_worker_fd(fd)
        self._after(time.monotonic())

    def _handle_worker_fd(self, fd):
        for slot in self._slots:
            if fd in slot.log_fds:
                # Never wait for the log's reader here: the worker waits for it, on its own full pipe.
                if system.writable(slot.log_fds[fd]):
                    slot.copy_log(fd, PIPE_PIECE)
                else:
                    self._paused.add(fd)
                    self._poller.modify(fd, 0)
            elif fd == slot.events_fd:
                self._take_events(slot)
            elif fd == slot.dump_fd:
                self._collect_dump(slot)

    def _timeout(self):
        now = time.monotonic()
        wait = 1.0
        for slot in self._slots:
            if slot.state == WAITING:
                wait = min(wait, slot.restart_at - now)
        if self._dumps:
            wait = min(wait, DUMP_QUIET)
        if self._paused:
            wait = min(wait, 0.05)
        return max(0.0, wait)

    def _resume_logs(self):
        for slot in self._slots:
            for fd, target in slot.log_fds.items():
                if fd in self._paused and system.writable(target):
                    self._paused.discard(fd)
                    self._poller.modify(fd, select.POLLIN)

    def _after(self, now):
        for slot in self._slots:
            if slot.state == WAITING and now >= slot.restart_at:
                self._start(slot)
            elif slot.state == READY:
                self._stop_stuck_run(slot, now)
        if self._paused:
            self._resume_logs()
        for slot in [slot for slot, dump in self._dumps.items() if now - dump[1] > DUMP_QUIET]:
            self._finish_dump(slot)
        if self._health:
            self._health.sweep(self._poller, now)
        if self._stop_reason is not None and now > self._stop_at:
            self._kill_all()
        self._watch_sink()

    def _any_ready(self):
        return any(slot.state == READY for slot in self._slots)

    def _stop_stuck_run(self, slot, now):
        deadline = slot.board.read()[3]
        if deadline and now > deadline + STUCK_GRACE and not slot.killed_for_deadline:
            slot.killed_for_deadline = True
            log.master("E", "Worker (pid:%d) did not stop run() after its deadline and is killed." % slot.pid)
            _kill(slot.pid, signal.SIGKILL)

    # Events

    def _take_events(self, slot):
        for line in slot.read_events():
            name = events.name_of(line)
            if name is None:
                self._tell_bad_event(slot)
                continue
            if name == "ready":
                slot.state = READY
                slot.was_ready = True
                slot.ready_at = time.monotonic()
                # Before the event goes out: who reads it may ask for health at once.
                if self._health and not self._health.is_open():
                    self._health.open(self._poller)
            self._sink.forward(line)

    def _tell_bad_event(self, slot):
        if not slot.told_bad_event:
            slot.told_bad_event = True
            log.master("W", "Worker (pid:%d): what is no event came from its pipe and is left out." % slot.pid)

    def _watch_sink(self):
        fd = self._sink.fd
        if fd is None:
            return
        if self._sink.wants_write():
            self._poller.register(fd, select.POLLOUT)

    def _flush_sink_once(self):
        fd = self._sink.fd
        self._sink.flush()
        if not self._sink.wants_write():
            self._poller.unregister(fd)

    def _flush_sink(self):
        """Before the end: gives a slow reader a moment, but not for ever."""
        until = time.monotonic() + 2.0
        while self._sink.fd is not None and self._sink.wants_write() and time.monotonic() < until:
            waiter = select.poll()
            waiter.register(self._sink.fd, select.POLLOUT)
            waiter.poll(100)
            self._sink.flush()

    # Stacks

    def _ask_for_stacks(self):
        for slot in self._slots:
            if slot.state in (BOOTING, READY):
                _kill(slot.pid, signal.SIGUSR2)

    def _collect_dump(self, slot):
        data = slot.read_dump()
        if data:
            entry = self._dumps.setdefault(slot, [b"", 0.0])
            entry[0] = (entry[0] + data)[:MAX_DUMP]
            entry[1] = time.monotonic()

    def _finish_dump(self, slot):
        entry = self._dumps.pop(slot, None)
        if entry is None:
            return
        from . import dumps

        text = entry[0].decode("utf-8", "replace")
        log.master("I", "Stacks of worker (pid:%d):\n%s" % (slot.pid, text.rstrip("\n")))
        self._sink.send(
            "stack", worker=slot.index, pid=slot.pid, threads=dumps.threads_of(text, self._settings.code_dir)
        )


def _ignore(number, frame):
    return


def _kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        # It has ended by itself; its SIGCHLD is on the way.
        return
