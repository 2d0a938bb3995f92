import settings


def init():
    settings.load()


def run(raw_data):
    return raw_data
