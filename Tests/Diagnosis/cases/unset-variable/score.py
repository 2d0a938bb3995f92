import os


def init():
    global url
    url = os.environ["FEATURE_STORE_URL"]


def run(raw_data):
    return url
