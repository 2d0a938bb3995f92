import time


def warm_up():
    time.sleep(600)


def init():
    warm_up()


def run(raw_data):
    return []
