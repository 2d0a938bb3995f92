import json

model = None


class Model:
    def predict(self, data):
        return data


def init():
    model = Model()
    print("model loaded", model)


def run(raw_data):
    data = json.loads(raw_data)
    return model.predict(data)
