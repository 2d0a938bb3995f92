import json

import numpy
from model import trained

model = None


def init():
    global model
    model = trained()


def run(data):
    rows = numpy.array(json.loads(data)["data"])
    return model.predict(rows).tolist()
