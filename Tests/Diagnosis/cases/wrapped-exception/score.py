import json


def read_settings():
    return json.loads("{'a': 1}")


def init():
    try:
        read_settings()
    except ValueError as error:
        raise RuntimeError("initialisation failed") from error


def run(raw_data):
    return []
