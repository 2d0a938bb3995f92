def init():
    value = 1
    if value:
        value = 2
	value = 3


def run(raw_data):
    return []
