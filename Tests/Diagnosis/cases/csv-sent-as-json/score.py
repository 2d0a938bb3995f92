import json
import logging

logger = logging.getLogger(__name__)


def parse(body):
    try:
        return json.loads(body)["rows"]
    except Exception:
        logger.exception("cannot parse the request")
        raise ValueError("the request is not valid")


def init():
    pass


def run(raw_data):
    return [sum(row) for row in parse(raw_data)]
