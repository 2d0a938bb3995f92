import json

import numpy as np


def respond(**values):
    return json.dumps(values)


def init():
    pass


def run(raw_data):
    rows = np.array(json.loads(raw_data))
    best = rows.argmax()
    return respond(best=best, label=f"class-{best}")
