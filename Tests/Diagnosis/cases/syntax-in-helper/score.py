from tools import double


def init():
    pass


def run(raw_data):
    return double(raw_data)
