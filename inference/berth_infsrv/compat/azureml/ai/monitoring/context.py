"""What ties the rows of one request together."""

import time


class CorrelationContext:
    """Names the request that a row belongs to. Scripts may derive their own."""

    def get_id(self):
        return ""

    def get_timestamp(self):
        return None

    def get_headers(self):
        return {}

    def __str__(self):
        return self.get_id()

    __repr__ = __str__


class BasicCorrelationContext(CorrelationContext):
    """An id of the script's own, or a new one; `timestamp` in seconds; `headers` become attributes of the rows."""

    def __init__(self, id=None, timestamp=None, headers=None):
        if not id:
            from berth_infsrv.ids import new_id

            id = new_id()
        self.id = id
        self.timestamp = timestamp or int(time.time())
        self.headers = headers or {}

    def get_id(self):
        return self.id

    def get_timestamp(self):
        return self.timestamp

    def get_headers(self):
        return self.headers


def get_context():
    return BasicCorrelationContext()
