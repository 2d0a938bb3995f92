def init():
    pass


def run(raw_data):
    while True:
        pass
