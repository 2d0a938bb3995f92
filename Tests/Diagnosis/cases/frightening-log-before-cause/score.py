import logging


def init():
    try:
        {}["cache"]
    except KeyError:
        logging.exception("no cache, going on without")
    value = int("12a")


def run(raw_data):
    return []
