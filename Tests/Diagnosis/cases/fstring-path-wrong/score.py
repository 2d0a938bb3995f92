import json, os, pickle

MODEL_NAME = "credit"
VERSION = 3

def init():
    global model
    path = f"{os.environ['AZUREML_MODEL_DIR']}/{MODEL_NAME}_v{VERSION}.pkl"
    with open(path, "rb") as stream:
        model = pickle.load(stream)

def run(raw_data):
    return json.loads(raw_data)
