import os
import pickle

model = None


def init():
    global model
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl", "model.pkl")
    with open(path, "rb") as file:
        model = pickle.load(file)


def run(raw_data):
    return []
