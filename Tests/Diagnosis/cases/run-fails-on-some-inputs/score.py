import json


def init():
    pass


def run(raw_data):
    row = json.loads(raw_data)["data"][0]
    return row[2]
