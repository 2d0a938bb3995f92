import json


def init():
    pass


def run(raw_data):
    data = json.loads(raw_data)
    return json.loads(data["data"])
