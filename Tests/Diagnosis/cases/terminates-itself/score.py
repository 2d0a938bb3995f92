import os
import signal


def init():
    os.kill(os.getpid(), signal.SIGTERM)


def run(raw_data):
    return []
