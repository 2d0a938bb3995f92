def init():
    a = 1
  b = 2


def run(raw_data):
    return []
