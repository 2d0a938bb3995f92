import json

from sklearn.linear_model import Ridge

model = None


def init():
    global model
    model = Ridge()


def run(raw_data):
    return model.predict(json.loads(raw_data)["data"]).tolist()
