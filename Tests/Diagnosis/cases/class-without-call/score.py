import json

class Model:
    def __init__(self, path):
        self.path = path
    def predict(self, rows):
        return rows

def init():
    global model
    model = Model
    model.predict([1])

def run(raw_data):
    return model.predict(json.loads(raw_data))
