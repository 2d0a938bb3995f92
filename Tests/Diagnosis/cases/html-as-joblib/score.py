import json
import os

import joblib


def find(root, ending):
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(ending):
                return os.path.join(folder, name)
    raise FileNotFoundError("no %s below %s" % (ending, root))


def init():
    global model
    model = joblib.load(find(os.environ["AZUREML_MODEL_DIR"], ".joblib"))


def run(raw_data):
    return model.predict(json.loads(raw_data)).tolist()
