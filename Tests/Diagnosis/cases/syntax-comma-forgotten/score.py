import json

CONFIG = {
    "threshold": 0.5
    "labels": ["no", "yes"],
}


def init():
    pass


def run(raw_data):
    return CONFIG["labels"][json.loads(raw_data) > CONFIG["threshold"]]
