from prepare import prepare


def init():
    prepare()


def run(raw_data):
    return []
