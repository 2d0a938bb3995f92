async def fetch(raw):
    return [raw]


def init():
    pass


def run(raw_data):
    rows = fetch(raw_data)
    return rows[0]
