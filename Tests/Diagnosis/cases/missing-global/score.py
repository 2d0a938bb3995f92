import json


def init():
    model = {"a": 1}


def run(raw_data):
    data = json.loads(raw_data)
    return model["a"]
