import json

import pandas as pd


def init():
    pass


def run(raw_data):
    rows = pd.DataFrame(json.loads(raw_data)["data"])
    return rows.append(rows).values.tolist()
