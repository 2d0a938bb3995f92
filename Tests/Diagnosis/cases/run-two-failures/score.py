import json


def init():
    pass


def run(raw_data):
    data = json.loads(raw_data)
    if "mode" in data:
        return data["values"]
    return int(data["data"])
