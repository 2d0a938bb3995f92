def init():
    pass


def helper(x: int | None):
    return x


def run(raw_data):
    return []
