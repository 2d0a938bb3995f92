import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "config.json")) as stream:
    CONFIG = json.load(stream)

THRESHOLD = CONFIG["model"]["treshold"]


def init():
    pass


def run(raw_data):
    return json.loads(raw_data) > THRESHOLD
