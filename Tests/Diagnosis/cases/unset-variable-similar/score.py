import os


def init():
    global url
    url = os.environ["STORE_URI"]


def run(raw_data):
    return url
