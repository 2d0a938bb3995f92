import json


def init():
    pass


def run(raw_data):
    data = json.loads(raw_data)["data"]
    return 1 / (len(data) - 1)
