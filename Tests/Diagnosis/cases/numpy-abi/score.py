import numpy
import speedups


def init():
    pass


def run(raw_data):
    return []
