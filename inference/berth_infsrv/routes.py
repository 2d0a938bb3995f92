"""Which answer belongs to which path and method; everything but run() itself."""

from . import answer, log
from .answer import Answer, message
from .ids import ids_of

_NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try"
    " again."
)
_NOT_ALLOWED = "The method is not allowed for the requested URL."


class Routes:
    """The answers that are known without the script."""

    def __init__(self, writer, extra, cors, settings, is_raw):
        """`extra`: path -> function of the request, answering at once. `cors` adds fields, or is None."""
        self._writer = writer
        self._extra = extra
        self._cors = cors
        self._strict = settings.strict
        self._access_log = settings.access_log
        # A @rawhttp script answers every method that reaches it.
        self._scored = ("POST", "GET", "OPTIONS", "HEAD") if is_raw else ("POST", "GET", "OPTIONS")

    def at_once(self, request, connection, close):
        """The bytes of an answer that needs no run(), or None: then the request is to be scored."""
        path = request.path
        if path == "/score" and request.method in self._scored:
            return None
        if path == "/swagger.json" and request.method in ("GET", "HEAD"):
            return None
        reply, with_ids = self._routed(request)
        ids = None
        if with_ids:
            ids, refusal = ids_of(request.headers)
            reply = refusal or reply
            if self._cors:
                self._cors.add(request, reply)
        if self._access_log and path != "/":
            log.request(request, reply.status, request.arrived, len(reply.body))
        return self._writer.whole(reply, ids, close, head_only=request.method == "HEAD")

    def _routed(self, request):
        """(answer, whether it carries ids)"""
        method = request.method
        path = request.path
        if path == "/":
            if method in ("GET", "HEAD"):
                return Answer(200, b"Healthy", answer.HTML), True
            if method == "OPTIONS":
                return Answer(200, b"", answer.HTML, [("Allow", "GET, HEAD, OPTIONS")]), True
            return self._not_allowed("GET, HEAD, OPTIONS"), False
        if path == "/score":
            if method == "HEAD":
                return message(405, "Method not allowed"), True
            return self._not_allowed("GET, HEAD, OPTIONS, POST"), False
        if path == "/swagger.json":
            if method == "OPTIONS":
                return Answer(200, b"", answer.HTML, [("Allow", "GET, HEAD, OPTIONS")]), True
            return self._not_allowed("GET, HEAD, OPTIONS"), False
        if path in self._extra and method in ("GET", "HEAD"):
            return self._extra[path](request), True
        return message(404, _NOT_FOUND), False

    def _not_allowed(self, methods):
        # RFC 9110, 15.5.6 wants Allow; the original leaves it out.
        return message(405, _NOT_ALLOWED, headers=[] if self._strict else [("Allow", methods)])

    def bad_request(self, problem):
        return self._writer.whole(message(problem.status, problem.message), None, True)

    def too_late(self, request, close):
        ids, _ = ids_of(request.headers)
        text = "The request's deadline passed before run() was started."
        return self._writer.whole(message(408, text, failed=False), ids, close)
