import json
import os
import joblib
import numpy as np

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "bundle.joblib"))

def run(raw_data):
    data = np.array(json.loads(raw_data)["data"])
    y = model.predict(data)
    return y.tolist()
