"""@rawhttp, and the request class that scripts name in annotations."""

_rawHttpRequested = False


def rawhttp(func):
    """Marks that run() takes the whole HTTP request. As in the original the mark holds for the process."""
    global _rawHttpRequested
    _rawHttpRequested = True
    return func


def __getattr__(name):
    # Loaded when it is asked for: a script that only needs @rawhttp gets its message about Werkzeug at the right place.
    if name != "AMLRequest":
        raise AttributeError("module %r has no attribute %r" % (__name__, name))
    try:
        from berth_infsrv.rawhttp import AMLRequest
    except ImportError:

        class AMLRequest:
            """Only for annotations: Werkzeug is not installed."""

    globals()["AMLRequest"] = AMLRequest
    return AMLRequest
