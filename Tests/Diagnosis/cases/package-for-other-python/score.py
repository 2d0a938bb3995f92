import oldlib


def init():
    pass


def run(raw_data):
    return []
