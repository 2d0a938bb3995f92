import json

SIZE = nunmber_of_rows * 2


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)
