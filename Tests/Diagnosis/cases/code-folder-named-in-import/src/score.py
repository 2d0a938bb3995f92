import json
import os

from src.preprocessing import clean

threshold = 0.5


def init():
    global threshold
    threshold = float(os.environ.get("THRESHOLD", "0.5"))


def run(raw_data):
    return [value > threshold for value in clean(json.loads(raw_data))]
