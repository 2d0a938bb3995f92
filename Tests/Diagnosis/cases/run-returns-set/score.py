import json


def init():
    pass


def run(raw_data):
    return {"labels": {1, 2}, "file": open("/dev/null")}
