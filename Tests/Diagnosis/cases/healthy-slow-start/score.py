import time


def init():
    time.sleep(0.6)


def run(raw_data):
    return []
