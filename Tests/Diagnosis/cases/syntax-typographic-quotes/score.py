def init():
    print(“ready”)


def run(raw_data):
    return []
