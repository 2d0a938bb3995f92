type Row = list[float]


def init():
    pass


def run(raw_data):
    return []
