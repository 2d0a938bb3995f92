import json
import os

import numpy as np


class Index:
    def __init__(self, folder):
        self.vectors = np.load(os.path.join(folder, "vectors.npy"))
        self.norms = np.linalg.norm(self.vectors, axis=1)

    def nearest(self, vector):
        return int(np.argmax(self.vectors @ np.asarray(vector)))


def init():
    global index
    index = Index(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model"))


def run(raw_data):
    return index.nearest(json.loads(raw_data)["vector"])
