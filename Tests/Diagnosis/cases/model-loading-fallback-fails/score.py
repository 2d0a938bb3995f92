import os
import pickle


def init():
    folder = os.environ["AZUREML_MODEL_DIR"]
    try:
        file = open(os.path.join(folder, "model", "best.pkl"), "rb")
    except FileNotFoundError:
        file = open(os.path.join(folder, "model", "last.pkl"), "rb")
    pickle.load(file)


def run(raw_data):
    return []
