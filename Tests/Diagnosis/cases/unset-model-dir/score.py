import os


def init():
    path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model.pkl")


def run(raw_data):
    return []
