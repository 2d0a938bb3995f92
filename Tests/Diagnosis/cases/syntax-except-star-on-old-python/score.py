def init():
    try:
        pass
    except* ValueError:
        pass


def run(raw_data):
    return []
