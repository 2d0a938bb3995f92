import json
import os

import lightgbm as lgb
import numpy as np


def init():
    global booster
    booster = lgb.Booster(model_file=os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "lgbm.txt"))


def run(raw_data):
    rows = np.asarray(json.loads(raw_data)["data"], dtype=float)
    return booster.predict(rows).tolist()
