def init():
    try:
        pass
    except ValueError, error:
        pass


def run(raw_data):
    return []
