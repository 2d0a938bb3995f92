model = None


def init():
    global model
    model = {"weights": [1, 2]}


def run(raw_data):
    return model.predict(raw_data)
