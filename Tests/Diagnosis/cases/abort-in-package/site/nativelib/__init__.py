import os


def start():
    os.abort()
