def init():
    global table
    table = bytearray(60 << 20)


def run(raw_data):
    return []
