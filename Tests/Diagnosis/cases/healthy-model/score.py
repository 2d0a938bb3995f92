import os
import pickle

model = None


def init():
    global model
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "model.pkl"), "rb") as file:
        model = pickle.load(file)


def run(raw_data):
    return model
