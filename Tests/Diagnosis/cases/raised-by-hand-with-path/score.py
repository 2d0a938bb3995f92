import os


def init():
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.bin")
    if not os.path.exists(path):
        raise RuntimeError("Model not found at " + path)


def run(raw_data):
    return []
