"""The part of a Werkzeug response that AMLResponse needs, for environments without Werkzeug."""

from . import answer, responses


class PlainHeaders:
    """An ordered list of fields; names are compared without regard to case."""

    def __init__(self):
        self._fields = []

    def add(self, name, value):
        self._fields.append((name, value))

    add_header = add

    def remove(self, name):
        answer.remove(self._fields, name)

    def get(self, name, default=None):
        return next((value for known, value in self._fields if known.lower() == name.lower()), default)

    def items(self):
        return list(self._fields)

    def __setitem__(self, name, value):
        answer.replace(self._fields, name, value)

    def __getitem__(self, name):
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    __delitem__ = remove

    def __contains__(self, name):
        return self.get(name) is not None

    def __iter__(self):
        return iter(self._fields)

    def __len__(self):
        return len(self._fields)


class PlainResponse:
    """`response` is text, bytes, or an iterable of either; `status` a number, or a number with words."""

    default_mimetype = "text/html"

    def __init__(self, response, status=200, mimetype=None):
        kind = mimetype or self.default_mimetype
        self.headers = PlainHeaders()
        self.headers.add("Content-Type", kind + ("; charset=utf-8" if kind.startswith("text/") else ""))
        if isinstance(response, (str, bytes, bytearray)):
            self.set_data(response)
        else:
            # Raises TypeError here, in the script's line, for what is no iterable.
            iter(response)
            self.response = response
        number, _, words = str(status).partition(" ")
        self.status_code = int(number)
        self._reason = words

    @property
    def data(self):
        return self.get_data()

    @data.setter
    def data(self, value):
        self.set_data(value)

    @property
    def content_type(self):
        return self.headers.get("Content-Type")

    @content_type.setter
    def content_type(self, value):
        self.headers["Content-Type"] = value

    @property
    def mimetype(self):
        return (self.content_type or "").partition(";")[0].strip()

    def get_data(self, as_text=False):
        """The body; an iterable is read to its end."""
        if not self._is_whole():
            self.set_data(b"".join(_bytes_of(piece) for piece in self.response))
        return self.response.decode("utf-8", "replace") if as_text else self.response

    def set_data(self, value):
        self.response = _bytes_of(value)
        self.headers["Content-Length"] = str(len(self.response))

    def _is_whole(self):
        return isinstance(self.response, bytes)

    def berth_answer(self):
        """As the server sends it."""
        if not self._is_whole() and isinstance(self.response, (list, tuple)):
            self.get_data()
        body, stream = (self.response, None) if self._is_whole() else (b"", self.response)
        return responses.of_script(self.status_code, self._reason, self.headers, body, stream)


def _bytes_of(value):
    return value.encode("utf-8") if isinstance(value, str) else bytes(value)
