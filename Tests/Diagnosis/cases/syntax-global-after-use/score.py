import json
import pickle

model = None


def init():
    if model is not None:
        return
    global model
    model = {"w": 3}


def run(raw_data):
    return model["w"] * json.loads(raw_data)
