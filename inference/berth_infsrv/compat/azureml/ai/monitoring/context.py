"""What ties the rows of one request together."""


class CorrelationContext:
    """Names the request that a row belongs to."""

    def get_id(self):
        raise NotImplementedError

    def get_headers(self):
        return {}


class BasicCorrelationContext(CorrelationContext):
    def __init__(self, id=None, headers=None):
        self._headers = headers or {}
        if id is None:
            from berth_infsrv.ids import new_id

            id = self._headers.get("x-ms-request-id") or new_id()
        self._id = id

    def get_id(self):
        return self._id

    def get_headers(self):
        return self._headers

    def __str__(self):
        return self._id


def get_context():
    return BasicCorrelationContext()
