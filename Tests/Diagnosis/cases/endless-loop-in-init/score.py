def init():
    total = 0
    while True:
        total += 1


def run(raw_data):
    return []
