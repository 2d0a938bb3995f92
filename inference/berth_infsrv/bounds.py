"""Bounds of a worker's connections, and of its requests in time."""

MAX_CONNECTIONS = 1024
# A request that is not complete after this long without a byte is given up.
STALLED_SECONDS = 60.0
# A head that is not complete after this long is given up, however steadily its bytes trickle in.
HEAD_SECONDS = 60.0
IDLE_SECONDS = 120.0
SWEEP_SECONDS = 5.0
# Of a request that was refused before its end.
MAX_DISCARDED = 16 * 1024 * 1024
DISCARD_SECONDS = 5.0


def read_deadline(request, now):
    """Sets the request's deadline from the milliseconds that the gateway says are left."""
    left = request.headers.get("x-berth-deadline-ms")
    if left is not None and left.isascii() and left.isdigit() and len(left) < 16:
        request.deadline = now + int(left) / 1000.0


def is_stale(connection, now):
    """Whether nothing has come from a connection for so long that it is given up."""
    if connection.busy:
        return False
    quiet = now - connection.active
    if connection.to_discard and quiet > DISCARD_SECONDS:
        return True
    if connection.started and connection.request is None and now - connection.started > HEAD_SECONDS:
        return True
    if connection.started or connection.out is not None:
        return quiet > STALLED_SECONDS
    # The gateway keeps its idle connections as long as it wants.
    return quiet > IDLE_SECONDS and not connection.is_local


def to_make_room(connections):
    """The connection that is closed for a new one when there are too many: idle the longest, else the slowest to send
    its request. None when all wait for an answer."""
    quiet = [connection for connection in connections if not connection.busy and connection.out is None]
    return min(quiet, key=lambda connection: (connection.started != 0.0, connection.active), default=None)
