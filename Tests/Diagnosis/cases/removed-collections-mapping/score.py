from collections import Mapping, OrderedDict


def init():
    pass


def run(raw_data):
    return isinstance(raw_data, Mapping)
