import json
import signal
import time


def init():
    # give up when the warm-up takes too long
    signal.alarm(1)
    total = 0
    while total < 10**12:
        total += 1
    signal.alarm(0)


def run(raw_data):
    return json.loads(raw_data)
