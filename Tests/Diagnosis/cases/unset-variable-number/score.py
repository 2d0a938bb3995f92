import os


def init():
    global size
    size = int(os.environ.get("BATCH_SIZE"))


def run(raw_data):
    return size
