def init():
    with open("/dev/full", "w") as file:
        file.write("x" * 100000)


def run(raw_data):
    return []
