import os

import joblib


def init():
    joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "ridge.pkl"))


def run(raw_data):
    return []
