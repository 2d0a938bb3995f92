"""CORS for the origins in AML_CORS_ORIGINS, as flask-cors does it for GET and POST. No package is needed."""

from . import log


class Cors:
    """The fields that let pages of other origins read an answer."""

    def __init__(self, origins):
        self._origins = [origin.strip() for origin in origins.split(",") if origin.strip()]
        log.info("Enabling CORS for the following origins: %s" % ", ".join(self._origins))

    def add(self, request, reply):
        """Adds the fields to `reply` when the request comes from an origin that is allowed."""
        origin = request.headers.get("origin")
        if origin is None:
            # flask-cors names one origin then; caches in between rely on the fields being there always.
            origin = min(self._origins) if self._origins else ""
        if "*" in self._origins:
            allowed = "*"
        elif any(origin.lower() == known.lower() for known in self._origins):
            allowed = origin
        else:
            return
        reply.add("Access-Control-Allow-Origin", allowed)
        asked = request.headers.get("access-control-request-method", "").upper()
        if request.method == "OPTIONS" and asked in ("GET", "POST"):
            wanted = request.headers.get("access-control-request-headers")
            if wanted:
                names = sorted(name.strip() for name in wanted.split(",") if name.strip())
                reply.add("Access-Control-Allow-Headers", ", ".join(names))
            reply.add("Access-Control-Allow-Methods", "GET, POST")
        if allowed != "*" and len(self._origins) > 1:
            reply.add("Vary", "Origin")
