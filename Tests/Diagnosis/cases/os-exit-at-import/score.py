import os

if not os.path.exists("/etc/does-not-exist"):
    os._exit(7)


def init():
    pass


def run(raw_data):
    return []
