import nativelib


def init():
    nativelib.start()


def run(raw_data):
    return []
