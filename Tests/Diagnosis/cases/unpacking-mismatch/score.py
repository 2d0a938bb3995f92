import json
import pickle, os

def init():
    global model, scaler
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "pair.pkl"), "rb") as f:
        model, scaler = pickle.load(f)

def run(raw_data):
    return json.loads(raw_data)
