import json
import os
import pandas as pd

lookup = None


def init():
    global lookup
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "prices.xlsx")
    lookup = pd.read_excel(path)


def run(raw_data):
    return lookup.loc[json.loads(raw_data)["ids"]].to_dict("records")
