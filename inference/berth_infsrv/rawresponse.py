"""AMLResponse: Werkzeug's response where Werkzeug is installed, else a small one of our own."""

import json
import os

from . import serialize

try:
    from werkzeug.wrappers import Response as _Base
except ImportError:
    from .plainresponse import PlainResponse as _Base


class AMLResponse(_Base):
    """`message` may be text, bytes, a generator of either, or None for `{}`; with `json_str` it is written as JSON."""

    default_mimetype = "text/html"

    def __init__(self, message, status_code, response_headers={}, json_str=False, run_function_failed=False):
        if message is None:
            super().__init__("{}", status=status_code, mimetype="application/json")
        elif json_str:
            super().__init__(_as_json(message), status=status_code, mimetype="application/json")
        else:
            super().__init__(message, status=status_code)
            if "Content-Type" in response_headers:
                self.headers.remove("Content-Type")
        self.headers["x-ms-run-function-failed"] = str(run_function_failed)
        for name, value in response_headers.items():
            # A comma separates the values of a repeated field.
            for part in str(value).split(","):
                self.headers.add(name, part.strip())


def _as_json(value):
    if os.environ.get("BERTH_INFSRV_STRICT") == "1":
        return json.dumps(value)
    # As for any other output: numpy values are written, NaN is refused with its place.
    return serialize.to_json(value).decode("ascii")
