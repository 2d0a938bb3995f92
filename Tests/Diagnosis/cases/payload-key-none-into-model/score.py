import json
import os

import joblib
import numpy as np


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "classifier.joblib"))


def parse(raw_data):
    payload = json.loads(raw_data)
    return np.array(payload.get("data"))


def run(raw_data):
    rows = parse(raw_data)
    return model.predict(rows).tolist()
