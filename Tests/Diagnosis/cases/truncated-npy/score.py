import json
import os

import numpy as np

weights = np.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "weights.npy"))


def init():
    print("weights", weights.shape)


def run(raw_data):
    return float(weights @ np.array(json.loads(raw_data)))
