import json
from sklearn.linear_model import Ridge


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)
