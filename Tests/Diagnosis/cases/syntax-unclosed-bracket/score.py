import json


def init():
    global names
    names = ["a", "b"


def run(raw_data):
    return json.loads(raw_data)
