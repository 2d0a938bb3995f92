"""Answers that only the original's supervisor gives; used with BERTH_INFSRV_STRICT=1."""

from .answer import Answer

_PAGE = b"""<html>
  <head>
    <title>Internal Server Error</title>
  </head>
  <body>
    <h1><p>Internal Server Error</p></h1>
    \n  </body>
</html>
"""


def worker_error_page():
    page = Answer(500, _PAGE, "text/html", reason="Internal Server Error")
    page.bare = True
    return page
