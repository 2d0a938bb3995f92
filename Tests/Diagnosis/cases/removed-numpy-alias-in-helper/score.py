import json

import pandas as pd

from features import to_matrix


def init():
    to_matrix(pd.DataFrame({"a": [1.0], "b": [2.0]}))


def run(raw_data):
    return to_matrix(pd.DataFrame(json.loads(raw_data))).tolist()
