"""Classes that a user's logging.json names."""

import logging
import time


class AMLLogFormatter(logging.Formatter):
    """The server's line format, in UTC."""

    converter = time.gmtime

    def __init__(self, fmt="%(asctime)s %(levelname).1s [%(process)d] %(name)s - %(message)s", datefmt=None, style="%"):
        super().__init__(fmt=fmt, datefmt=datefmt, style=style)


class RootAccessFilter(logging.Filter):
    """Keeps probes out of an access log."""

    def filter(self, record):
        return "GET / HTTP/1.1" not in record.getMessage()
