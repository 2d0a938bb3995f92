"""The part of a Werkzeug response that AMLResponse needs, for environments without Werkzeug."""

from .answer import Answer


class PlainHeaders:
    """An ordered list of fields; names are compared without regard to case."""

    def __init__(self):
        self._fields = []

    def add(self, name, value):
        self._fields.append((name, value))

    add_header = add

    def remove(self, name):
        self._fields = [field for field in self._fields if field[0].lower() != name.lower()]

    def get(self, name, default=None):
        return next((value for known, value in self._fields if known.lower() == name.lower()), default)

    def __setitem__(self, name, value):
        self.remove(name)
        self.add(name, value)

    def __getitem__(self, name):
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name):
        return self.get(name) is not None

    def __iter__(self):
        return iter(self._fields)


class PlainResponse:
    default_mimetype = "text/html"

    def __init__(self, response, status=200, mimetype=None):
        kind = mimetype or self.default_mimetype
        self.response = response
        self.status_code = status
        self.headers = PlainHeaders()
        self.headers.add("Content-Type", kind + ("; charset=utf-8" if kind.startswith("text/") else ""))

    def berth_answer(self):
        """As the server sends it."""
        failed = self.headers.get("x-ms-run-function-failed")
        content_type = self.headers.get("Content-Type")
        fields = []
        for name, value in self.headers:
            if name.lower() not in ("content-type", "x-ms-run-function-failed", "content-length", "x-request-id"):
                fields.append((name, str(value).replace("\r", " ").replace("\n", " ")))
        reply = Answer(self.status_code, b"", content_type, fields, failed=failed)
        if isinstance(self.response, str):
            reply.body = self.response.encode("utf-8")
        elif isinstance(self.response, (bytes, bytearray)):
            reply.body = bytes(self.response)
        else:
            reply.stream = self.response
        return reply
