import json

import pandas as pd

FEATURES = ["age", "income", "city"]


def to_frame(records):
    frame = pd.DataFrame(records)
    return frame[FEATURES].fillna(0)


def init():
    pass


def run(raw_data):
    frame = to_frame(json.loads(raw_data)["records"])
    return frame.to_dict("records")
