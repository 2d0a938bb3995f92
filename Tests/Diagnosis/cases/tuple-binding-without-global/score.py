import json
import os
import pickle
from pathlib import Path

encoder = None
classifier = None


def _read(name):
    with open(Path(os.environ["AZUREML_MODEL_DIR"]) / "model" / name, "rb") as stream:
        return pickle.load(stream)


def init():
    encoder, classifier = _read("encoder.pkl"), _read("classifier.pkl")
    print("loaded", len(encoder), len(classifier))


def run(raw_data):
    text = json.loads(raw_data)["text"]
    codes = [encoder[word] for word in text.split()]
    return sum(classifier[code] for code in codes)
