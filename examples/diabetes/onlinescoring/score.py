"""Scores rows of the diabetes data set with the model that `train.py` made."""

import json
import logging
import os

import joblib

model = None


def init():
    """Load the model. Called once, when the instance starts.

    AZUREML_MODEL_DIR is the folder that holds the deployment's model: for a model that is one file, the file lies
    directly in it.
    """
    global model
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "sklearn_regression_model.pkl")
    model = joblib.load(path)
    logging.info("model loaded from %s", path)


def run(raw_data):
    """Predict the progression of the disease for each row of `{"data": [[10 numbers], ...]}`."""
    rows = json.loads(raw_data)["data"]
    predictions = model.predict(rows).tolist()
    logging.info("scored %d rows", len(predictions))
    return predictions
