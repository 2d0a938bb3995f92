import os


def init():
    path = os.path.join(os.getenv("AZURML_MODEL_DIR"), "model", "model.pkl")
    open(path, "rb").close()


def run(raw_data):
    return []
