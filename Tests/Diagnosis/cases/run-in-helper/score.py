from scoring import score


def init():
    pass


def run(raw_data):
    return score(raw_data)
