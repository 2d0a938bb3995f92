import json
import os
import pickle
import threading

model = None


def _load():
    global model
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "clf.pkl")
    with open(path, "rb") as stream:
        model = pickle.load(stream)


def init():
    worker = threading.Thread(target=_load, name="loader")
    worker.start()
    worker.join()
    print("classes:", model.classes)


def run(raw_data):
    return model.predict(json.loads(raw_data))
