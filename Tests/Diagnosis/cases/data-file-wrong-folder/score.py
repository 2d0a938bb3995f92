def init():
    with open("labels.txt") as file:
        file.read()


def run(raw_data):
    return []
