import json, os, pickle

def init():
    global model
    p = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "m.pkl")
    model = pickle.load(open(p, "rb"))

def run(raw_data):
    return json.loads(raw_data)
