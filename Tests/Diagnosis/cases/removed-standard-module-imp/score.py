import imp


def init():
    pass


def run(raw_data):
    return str(imp)
