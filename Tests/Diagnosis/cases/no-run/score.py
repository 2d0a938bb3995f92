import json


def init():
    pass


def predict(raw_data):
    return json.loads(raw_data)
