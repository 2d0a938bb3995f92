import json

return json


def init():
    pass


def run(raw_data):
    return []
