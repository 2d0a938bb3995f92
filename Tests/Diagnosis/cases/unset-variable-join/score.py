import os


def init():
    folder = os.getenv("WEIGHTS_DIR")
    path = os.path.join(folder, "weights.bin")


def run(raw_data):
    return []
