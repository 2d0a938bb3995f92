import json
import os


def init():
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "config.json")) as file:
        json.load(file)


def run(raw_data):
    return []
