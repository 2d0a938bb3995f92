import json


def run(raw_data):
    return json.loads(raw_data)
