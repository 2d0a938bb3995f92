import os


def init():
    pass


def run(raw_data):
    os._exit(3)
