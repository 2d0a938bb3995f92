import json
import os


def init():
    global limits
    limits = json.loads(os.environ["LIMITS"])


def run(raw_data):
    return limits["max"] > json.loads(raw_data)
