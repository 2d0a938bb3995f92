"""A worker: imports the script, runs init(), serves. Tells the master each step."""

import atexit
import builtins
import faulthandler
import os
import signal
import socket
import sys
import time

from . import EXIT_BOOT_FAILURE, board as boards, importing, log, logsetup
from .answer import Writer
from .events import WorkerEvents
from .guard import Guard
from .health import remove_socket
from .routes import Routes
from .scoring import Scorer
from .script import LOGGER, Script, ScriptInvalid, is_async, load
from .serving import Server
from .swagger import Swagger
from .watch import Watch

MAX_TREE_LINES = 200


class Worker:
    """What happens in a worker's process, from its fork to its end."""

    def __init__(self, index, settings, pipes, board, listeners):
        out, err, events, dump, lifeline = pipes
        os.dup2(out, 1)
        os.dup2(err, 2)
        for fd in {out, err}:
            os.close(fd)
        self._index = index
        self._settings = settings
        self._board = board
        self._listeners = listeners
        self._dump = dump
        self._watch = Watch(lifeline)
        self._events = WorkerEvents(events, index)
        self._server = None
        self._started = time.monotonic()
        self._signals_r, self._signals_w = os.pipe()

    def run(self):
        """Returns the exit status."""
        self._prepare()
        script = self._boot()
        if script is None:
            return EXIT_BOOT_FAILURE
        self._serve(script)
        # What the script has registered: processes of a pool to end, records to send. The master bounds its time.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        return 0

    def _prepare(self):
        # Whatever a dying script has written must be in the log, so nothing stays in buffers.
        sys.stdout.reconfigure(line_buffering=True)
        sys.stderr.reconfigure(line_buffering=True)
        faulthandler.enable()
        faulthandler.register(signal.SIGUSR2, file=self._dump, all_threads=True)
        for fd in (self._signals_r, self._signals_w):
            os.set_blocking(fd, False)
        signal.signal(signal.SIGTERM, self._on_terminate)
        self._watch.start()
        # print and the traceback of a failure name the script by the path it was given.
        builtins.print = logsetup.print_to_log
        os.register_at_fork(after_in_child=self._in_child)
        importing.install(self._settings)
        self._watch_warnings()

    def _in_child(self):
        """In a process that the script has forked: no longer a worker, so that terminate() ends it, say."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Copies of sockets: a port would stay taken, and clients of a dead worker would wait.
        for listener in self._listeners:
            listener.close()
        if self._server is not None:
            self._server.leave_to_parent()

    def _watch_warnings(self):
        """Warnings that explain later failures go to the parent as well: a model of another release of its library."""
        import warnings

        show = warnings.showwarning

        def show_and_tell(message, category, filename, lineno, file=None, line=None):
            show(message, category, filename, lineno, file, line)
            if category.__name__ == "InconsistentVersionWarning":
                self._events.send(
                    "warning", kind="version-mismatch", message=str(message)[:4000], path=filename, line=lineno
                )

        warnings.showwarning = show_and_tell

    def _on_terminate(self, number, frame):
        if self._server is None:
            log.info("Stopped before the worker was ready")
            os._exit(0)
        self._server.stop()

    # Booting

    def _boot(self):
        """The script, ready to run; None when that failed, which has been told then."""
        settings = self._settings
        if settings.debug_port:
            from . import debugger

            if not debugger.attach(settings.debug_port):
                return None
        self._board.enter(boards.IMPORT)
        self._events.send("importing", pid=os.getpid())
        began = time.monotonic()
        try:
            logsetup.configure(settings)
            log.info("Starting up app insights client")
            module = load(settings)
            script = Script(settings, module)
        except ScriptInvalid as problem:
            return self._invalid(problem)
        except BaseException as problem:
            return self._import_failed(problem, time.monotonic() - began)
        self._events.send("imported", seconds=_since(began))
        return script if self._init(script) else None

    def _init(self, script):
        if self._settings.strict and is_async(script.init):
            self._events.send(
                "warning",
                kind="async-init",
                message="init() is asynchronous and is never awaited in strict mode",
                path=script.module.__file__,
                line=script.init.__code__.co_firstlineno,
            )
        self._board.enter(boards.INIT)
        self._events.send("initializing")
        began = time.monotonic()
        try:
            script.invoke_init()
        except BaseException as problem:
            self._init_failed(problem, time.monotonic() - began)
            return False
        seconds = _since(began)
        done = "Users's init has completed successfully"
        log.info(done if self._settings.strict else "%s in %.3f s" % (done, seconds), LOGGER)
        self._events.send("initialized", seconds=seconds)
        return True

    def _invalid(self, problem):
        log.error(problem.detail)
        if problem.similar:
            log.error("Similar names: %s" % ", ".join(problem.similar))
        if problem.problem == "script-missing":
            log.error("No such file or directory.")
        self._events.send(
            "script-invalid",
            problem=problem.problem,
            detail=problem.detail,
            line=problem.line,
            similar=problem.similar,
        )

    def _import_failed(self, problem, seconds):
        from . import failure

        log.error(
            "UserScriptImportException: Failed to import user script because it raised an unhandled exception\n"
            + failure.text(problem, self._settings.code_dir)
        )
        error = failure.describe(problem, self._settings.code_dir)
        self._events.send("import-failed", seconds=round(seconds, 3), error=error)

    def _init_failed(self, problem, seconds):
        from . import failure

        log.error("User's init function failed")
        log.error("Encountered Exception " + failure.text(problem, self._settings.code_dir))
        error = failure.describe(problem, self._settings.code_dir)
        self._events.send("init-failed", seconds=round(seconds, 3), error=error)
        self._tell_model_dir()

    def _tell_model_dir(self):
        folder = self._settings.model_dir
        if not folder or not os.path.exists(folder):
            return
        log.info("Model Directory Contents:")
        for number, line in enumerate(_tree(os.path.normpath(folder), 0)):
            if number == MAX_TREE_LINES:
                log.info("Output Truncated. First %d lines shown." % MAX_TREE_LINES)
                return
            log.info(line)

    # Serving

    def _serve(self, script):
        settings = self._settings
        writer = Writer(settings.server_version, not settings.run_dir, settings.strict)
        cors = self._cors()
        swagger = Swagger(settings, script)
        guard = Guard()
        scorer = Scorer(settings, script, swagger, writer, guard, self._board, self._events, cors)
        extra = getattr(script.module, "EXTRA_ROUTES", {}) if settings.mlflow else {}
        log.info("Scoring timeout is set to %d" % settings.scoring_timeout_ms)
        listeners = self._listeners or [self._bind()]
        signal.set_wakeup_fd(self._signals_w, warn_on_full_buffer=False)
        self._server = Server(
            settings, listeners, scorer, Routes(writer, extra, cors, settings, script.is_raw), guard, self._watch
        )
        self._board.enter(boards.SERVING)
        log.info("Worker with pid %d ready for serving traffic" % os.getpid())
        self._events.send("ready", pid=os.getpid(), seconds=_since(self._started), residentBytes=_resident_bytes())
        self._server.serve(self._signals_r)

    def _cors(self):
        if not self._settings.cors_origins:
            return None
        from .cors import Cors

        return Cors(self._settings.cors_origins)

    def _bind(self):
        path = os.path.join(self._settings.run_dir, "worker-%d.sock" % self._index)
        remove_socket(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.setblocking(False)
        listener.bind(path)
        listener.listen(512)
        return listener


def _since(began):
    return round(time.monotonic() - began, 3)


def _resident_bytes():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        # No /proc here: the number is left open.
        return None


def _tree(path, depth):
    name = os.path.basename(path)
    if not os.path.isdir(path):
        yield "    " * depth + name
        return
    yield "    " * depth + name + os.sep
    try:
        children = sorted(os.listdir(path))
    except OSError as problem:
        yield "    " * (depth + 1) + "<%s>" % problem.strerror
        return
    for child in children:
        yield from _tree(os.path.join(path, child), depth + 1)
