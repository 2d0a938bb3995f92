import ctypes


def init():
    pass


def run(raw_data):
    return ctypes.string_at(0)
