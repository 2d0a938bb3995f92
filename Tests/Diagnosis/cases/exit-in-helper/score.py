import license


def init():
    license.check()


def run(raw_data):
    return []
