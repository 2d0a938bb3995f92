import os
import signal


def init():
    os.kill(os.getpid(), signal.SIGKILL)


def run(raw_data):
    return []
