import json
import os
import pickle

from pathlib import Path


def init():
    global model
    path = Path(os.environ["AZUREML_MODEL_DIR"], "model", "pipeline.pkl")
    model = pickle.loads(path.read_bytes())


def run(raw_data):
    return model(json.loads(raw_data))
