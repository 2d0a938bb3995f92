import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def read_config(name="config.json"):
    with open(os.path.join(HERE, name), encoding="utf-8") as stream:
        return json.load(stream)


def init():
    global config
    config = read_config()


def run(raw_data):
    return config["labels"][json.loads(raw_data)]
