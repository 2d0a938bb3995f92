"""The request object of @rawhttp scripts: Werkzeug's, built from what was received. Loaded only for such scripts."""

import io

from werkzeug.wrappers import Request


class AMLRequest(Request):
    """What run() gets with @rawhttp."""

    # Werkzeug reads at most the declared length; here the body is complete and bounded already.
    max_form_memory_size = None


def request_of(request):
    """The Werkzeug request of a received one."""
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "RAW_URI": request.path + ("?" + request.query if request.query else ""),
        "REQUEST_URI": request.path + ("?" + request.query if request.query else ""),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "",
        "REMOTE_PORT": "",
        "SERVER_PROTOCOL": "HTTP/1.0" if request.http10 else "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name not in ("content-length", "transfer-encoding"):
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    if request.length:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    elif "content-length" in request.headers:
        environ["CONTENT_LENGTH"] = "0"
    return AMLRequest(environ)
