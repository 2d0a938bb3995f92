import os
import pickle

PATH = os.path.join(os.environ["AZUREML_MODEL_DIR"], "classifier.pkl")
with open(PATH, "rb") as file:
    model = pickle.load(file)


def init():
    pass


def run(raw_data):
    return []
