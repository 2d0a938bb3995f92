model = None


async def load():
    return {"a": 1}


def init():
    global model
    model = load()
    print(model["a"])


def run(raw_data):
    return []
