import deeplib


def init():
    pass


def run(raw_data):
    return deeplib.predict(raw_data)
