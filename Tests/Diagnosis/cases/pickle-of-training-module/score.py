import json
import logging
import os

import joblib

logger = logging.getLogger("score")
MODEL = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "pipeline.joblib")


class ModelError(RuntimeError):
    pass


def init():
    global pipeline
    try:
        pipeline = joblib.load(MODEL)
    except Exception as problem:
        logger.error("could not load %s", MODEL)
        raise ModelError(f"could not load {MODEL}") from problem


def run(raw_data):
    return pipeline.transform(json.loads(raw_data)).tolist()
