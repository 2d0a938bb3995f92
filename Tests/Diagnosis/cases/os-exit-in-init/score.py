import os


def init():
    os._exit(0)


def run(raw_data):
    return []
