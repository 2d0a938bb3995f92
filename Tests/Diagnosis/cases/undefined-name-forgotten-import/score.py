model = None


def init():
    global model
    path = os.path.join("a", "b")
    model = path


def run(raw_data):
    return []
