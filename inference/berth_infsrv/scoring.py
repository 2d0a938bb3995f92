"""Scores one request: input, run() under its deadline, answer."""

import time

from . import answer, guard, log, serialize
from .answer import BODILESS, Answer, message
from .guard import RunInterrupted
from .ids import ids_of
from .inputs import InputRefused, OptionsAnswered
from .serialize import OutputRefused

_RUN_FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."
_INTERNAL = "An unexpected internal error occurred. Check the logs for more info."
# After this many failures in a row only every hundredth is told.
MAX_FAILURES_TOLD = 20

_PLAIN = frozenset((dict, list, str, int, float, bool, tuple, type(None)))


class Scorer:
    """Turns a request into an answer by way of the script."""

    def __init__(self, settings, script, swagger, writer, guarding, board, events, cors):
        self._settings = settings
        self._script = script
        self._swagger = swagger
        self._writer = writer
        self._guard = guarding
        self._board = board
        self._events = events
        self._cors = cors
        # 0 is no limit, as in the original.
        self._timeout = settings.scoring_timeout_ms / 1000.0 or float("inf")
        # A model without code has no script that could convert its predictions: they are always written.
        strictly = settings.strict and not settings.mlflow
        self._to_json = serialize.to_json_strictly if strictly else serialize.to_json
        self._failures = 0
        self._timed_out = None
        self._ids = None
        self._close = False

    def deadline_of(self, request, now):
        latest = now + self._timeout
        return min(latest, request.deadline) if request.deadline else latest

    def score(self, request, number, deadline, close, connection):
        """The bytes of the answer, or None when it has been streamed or must not be sent."""
        started = time.monotonic()
        ids, refusal = ids_of(request.headers)
        self._ids, self._close = ids, close
        if refusal is None and request.path == "/swagger.json":
            refusal = self._swagger.answer(request)
        if refusal is not None:
            return self._finished(request, refusal, ids, close, started)
        guarding = self._guard
        self._board.begin_run(ids.request_id.encode("latin-1"), deadline)
        output = None
        reply = None
        elapsed = None
        try:
            try:
                arguments = self._script.arguments(request)
                guarding.running = number
                began = time.monotonic()
                output = self._script.call(arguments)
                elapsed = (time.monotonic() - began) * 1000.0
                if type(output) not in _PLAIN:
                    output = self._script.settled(output)
                    elapsed = (time.monotonic() - began) * 1000.0
                    from . import responses

                    reply = responses.answer_of(output, self._settings.strict)
                    if reply is not None and reply.stream is not None:
                        return self._stream(request, reply, ids, close, connection, elapsed, started)
                guarding.running = 0
            except RunInterrupted:
                guarding.running = 0
                reply, elapsed = self._interrupted(request, deadline, started), None
            except OptionsAnswered:
                reply = Answer(200, b"", answer.HTML, failed=False)
            except InputRefused as problem:
                reply = message(problem.status, problem.args[0], failed=False)
            except OutputRefused as problem:
                guarding.running = 0
                reply, elapsed = self._output_refused(problem), None
            except BaseException as problem:
                guarding.running = 0
                reply, elapsed = self._raised(problem, ids), None
        except RunInterrupted:
            # The interruption came between the end of run() and its clearing.
            guarding.running = 0
            reply, elapsed = self._interrupted(request, deadline, started), None
        finally:
            guarding.running = 0
            self._board.end_run()
        if reply is None:
            self._failures = 0
            return self._succeeded(request, output, elapsed, ids, close, started)
        return self._finished(request, reply, ids, close, started, elapsed)

    def _succeeded(self, request, output, elapsed, ids, close, started):
        try:
            body = b"{}" if output is None else self._to_json(output)
        except Exception as problem:
            return self._finished(request, self._output_refused(problem), ids, close, started)
        if self._cors or request.method == "HEAD":
            return self._finished(request, Answer(200, body, failed=False), ids, close, started, elapsed)
        if self._settings.access_log:
            log.request(request, 200, started, len(body))
        return self._writer.success(body, elapsed, ids, close)

    def _finished(self, request, reply, ids, close, started, elapsed=None):
        if reply is CLIENT_GONE:
            return None
        if reply.bare:
            ids = None
        if reply.failed is None and reply.content_type == answer.JSON:
            reply.failed = False
        self._complete(request, reply, elapsed)
        if self._settings.access_log:
            log.request(request, reply.status, started, len(reply.body))
        return self._writer.whole(reply, ids, close, head_only=request.method == "HEAD")

    def _complete(self, request, reply, elapsed):
        if elapsed is not None:
            reply.add(answer.EXEC_MS, "%.3f" % elapsed)
        if self._cors:
            self._cors.add(request, reply)

    def _stream(self, request, reply, ids, close, connection, elapsed, started):
        from . import streaming

        if request.method == "HEAD" or reply.status in BODILESS:
            streaming.give_up(reply.stream)
            self._guard.running = 0
            return self._finished(request, reply, ids, close, started, elapsed)
        self._complete(request, reply, elapsed)
        chunked = not request.http10
        sent_head = []

        def make_head(content_type):
            sent_head.append(True)
            if not reply.scripted:
                reply.content_type = content_type or answer.HTML
            return self._writer.head(reply, ids, close or not chunked, chunked=chunked)

        complete = False
        try:
            complete = streaming.send(connection.socket, make_head, reply.stream, chunked, self._script)
            self._guard.running = 0
        except RunInterrupted:
            self._guard.running = 0
            if not sent_head:
                raise
            log.warning("The streamed answer was broken off: %s." % self._guard.reason)
        except Exception as problem:
            self._guard.running = 0
            if not sent_head:
                raise
            self._tell_failure(problem, ids)
        if not complete or not chunked:
            connection.close_after = True
        if self._settings.access_log:
            log.request(request, reply.status, started, "N/A")
        return None

    # What went wrong

    def internal_error(self, problem):
        """The answer when not run() has failed but what is around it."""
        import traceback

        log.error("Encountered Exception: %s\n%s" % (problem, traceback.format_exc()))
        return self._writer.whole(message(500, _INTERNAL, failed=False), self._ids or answer.Ids(), True)

    def timed_out(self, stack):
        """From the watching thread: where run() was at its deadline."""
        self._timed_out = stack

    def stuck_answer(self):
        reply = message(500, "Scoring timeout: run() could not be interrupted", failed=True)
        return self._writer.whole(reply, self._ids or answer.Ids(), True)

    def _interrupted(self, request, deadline, started):
        if self._guard.reason == guard.GONE:
            log.info("POST /score dropped after %.3fms: the client has gone" % ((time.monotonic() - started) * 1000))
            return CLIENT_GONE
        seconds = time.monotonic() - started
        limit = self._settings.scoring_timeout_ms
        if request.deadline and request.deadline <= started + self._timeout:
            limit = max(0, round((deadline - request.arrived) * 1000))
        stack, self._timed_out = self._timed_out or [], None
        where = ["  %s:%s in %s: %s" % (f["path"], f["line"], f["function"], f["text"]) for f in stack]
        log.error("run() was stopped at its deadline after %.3f s. It was at:\n%s" % (seconds, "\n".join(where)))
        self._events.send("run-timed-out", requestId=self._ids.request_id, seconds=round(seconds, 3), stack=stack)
        return message(500, "Scoring timeout after %d ms" % limit, failed=True)

    def _raised(self, problem, ids):
        self._tell_failure(problem, ids)
        if self._settings.strict and isinstance(problem, (SystemExit, KeyboardInterrupt)):
            from . import strict

            # The supervisor's answer: it knows neither ids nor version.
            return strict.worker_error_page()
        if not self._settings.answers_cause:
            return message(500, _RUN_FAILED, failed=True)
        from . import failure

        cause = failure.brief(problem, self._settings.code_dir)
        return message(500, _RUN_FAILED, failed=True, error=dict(cause, code="UserScriptRunFailed"))

    def _tell_failure(self, problem, ids):
        from . import failure

        log.error("Encountered Exception: " + failure.text(problem, self._settings.code_dir))
        self._failures += 1
        if self._failures <= MAX_FAILURES_TOLD or self._failures % 100 == 0:
            error = failure.describe(problem, self._settings.code_dir)
            self._events.send("run-failed", requestId=ids.request_id, error=error)

    def _output_refused(self, problem):
        if self._settings.strict:
            log.error("Encountered Exception: %s" % problem)
            return message(500, _INTERNAL, failed=False)
        self._tell_failure(problem, self._ids)
        return message(500, str(problem), failed=True)


# Stands for "nobody is there to answer".
CLIENT_GONE = Answer(499, b"")
