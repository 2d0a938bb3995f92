import os
import pickle


def init():
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "tree.pkl"), "rb") as file:
        pickle.load(file)


def run(raw_data):
    return []
