import json

from licence import check


def init():
    check("/etc/licence-of-engine.key")


def run(raw_data):
    return json.loads(raw_data)
