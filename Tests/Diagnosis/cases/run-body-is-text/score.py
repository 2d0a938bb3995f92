def init():
    pass


def run(raw_data):
    return sum(raw_data["data"][0])
