import json
import logging
import os

model = None


def init():
    global model
    try:
        with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.bin")) as file:
            model = file.read()
    except Exception:
        logging.exception("could not load the model")


def run(raw_data):
    return model.upper()
