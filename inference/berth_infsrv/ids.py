"""The request ids: which are taken, made, echoed or refused."""

import os

from . import log
from .answer import Ids, message

LIMIT = 100
_HEX = "89ab"


def new_id():
    """A random UUID, version 4, without loading the uuid module."""
    text = os.urandom(16).hex()
    return "%s-%s-4%s-%s%s-%s" % (
        text[:8],
        text[8:12],
        text[13:16],
        _HEX[int(text[16], 16) & 3],
        text[17:20],
        text[20:],
    )


def ids_of(headers):
    """(ids to answer with, None) or (ids, the refusal)."""
    request_id = headers.get("x-request-id")
    if request_id is None:
        request_id = new_id()
    trace_id = headers.get("traceid")
    client_id = headers.get("x-ms-client-request-id", "")
    legacy_id = headers.get("x-ms-request-id", "")
    if len(request_id) > LIMIT:
        text = "x-request-id must not exceed %d characters" % LIMIT
        return Ids(trace_id=trace_id), message(431, text)
    if legacy_id:
        # Berth's gateway repeats one of the other two; only a caller who relies on it is warned.
        if legacy_id not in (request_id, client_id):
            _warn_of_legacy_id()
        client_id = client_id or legacy_id
    else:
        legacy_id = client_id or request_id
    if len(legacy_id) > LIMIT or len(client_id) > LIMIT:
        text = "x-ms-request-id and x-ms-client-request-id must not exceed %d characters" % LIMIT
        return Ids(request_id, trace_id=trace_id), message(431, text)
    return Ids(request_id, legacy_id, client_id, trace_id), None


_warned = False


def _warn_of_legacy_id():
    # Once: a warning per request would bury the log.
    global _warned
    if not _warned:
        _warned = True
        log.warning(
            "x-ms-request-id header has been deprecated and will be removed from future versions of the server."
            " Please use x-ms-client-request-id."
        )
