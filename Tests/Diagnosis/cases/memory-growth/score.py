kept = []


def init():
    pass


def run(raw_data):
    for _ in range(4096):
        kept.append(bytearray(1 << 20))
    return []
