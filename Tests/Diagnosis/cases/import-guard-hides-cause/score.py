import json
import os

try:
    import catboost
except ImportError:
    raise RuntimeError("please install the dependencies of this service") from None


def init():
    global model
    model = catboost.CatBoostClassifier().load_model(os.path.join(os.environ["AZUREML_MODEL_DIR"], "m.cbm"))


def run(raw_data):
    return model.predict(json.loads(raw_data)).tolist()
