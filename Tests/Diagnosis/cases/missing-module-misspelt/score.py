import json
import jsno


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)
