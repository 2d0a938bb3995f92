import oldflask


def init():
    pass


def run(raw_data):
    return []
