import os


def init():
    os.listdir(os.environ["AML_APP_ROOT"])


def run(raw_data):
    return []
