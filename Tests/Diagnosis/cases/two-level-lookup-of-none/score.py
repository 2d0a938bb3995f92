import json

settings = None
model = None


def load():
    return {"weights": {"bias": 1.0}}


def init():
    global settings
    settings = {"scale": 2}
    model = load()


def run(raw_data):
    value = json.loads(raw_data)["value"]
    return value * settings["scale"] + model["weights"]["bias"]
