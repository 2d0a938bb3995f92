limits = {"low": 1}


def init():
    global threshold
    threshold = limits["high"]


def run(raw_data):
    return []
