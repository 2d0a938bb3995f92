import json
import pandas as pd

def init():
    pass

def run(raw_data):
    frame = pd.DataFrame(json.loads(raw_data)["data"], columns=["a", "b", "c"])
    return frame.mean().to_dict()
