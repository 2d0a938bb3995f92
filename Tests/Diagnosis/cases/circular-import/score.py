import loading


def init():
    loading.load()


def run(raw_data):
    return []
