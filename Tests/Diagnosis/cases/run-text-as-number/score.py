import json


def init():
    pass


def run(raw_data):
    return float(json.loads(raw_data)["data"][0])
