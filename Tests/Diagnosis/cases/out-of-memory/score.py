def init():
    global table
    table = [bytearray(1 << 20) for _ in range(4096)]


def run(raw_data):
    return []
