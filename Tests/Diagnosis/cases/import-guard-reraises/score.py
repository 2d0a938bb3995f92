import json
import logging
import os

log = logging.getLogger(__name__)

try:
    import lightgbm as lgb
except ImportError as problem:
    log.exception("lightgbm could not be loaded")
    raise RuntimeError("this model needs its booster") from problem

booster = None


def init():
    global booster
    booster = lgb.Booster(model_file=os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.txt"))


def run(raw_data):
    rows = json.loads(raw_data)["rows"]
    return booster.predict(rows).tolist()
