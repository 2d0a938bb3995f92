import scikit_learn


def init():
    pass


def run(raw_data):
    return []
