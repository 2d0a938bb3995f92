import json

from client import fetch


def init():
    fetch("x")


def run(raw_data):
    return json.loads(raw_data)
