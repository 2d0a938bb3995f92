import json

counter = 0


def init():
    global counter
    counter = 1


def run(raw_data):
    counter += 1
    return counter
