import json
import logging
import os
from functools import lru_cache

import lightgbm as lgb

logging.basicConfig(level=logging.DEBUG)


@lru_cache(maxsize=1)
def booster():
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "lgbm.txt")
    logging.info("loading %s", path)
    return lgb.Booster(model_file=path)


def init():
    booster()


def run(raw_data):
    return booster().predict(json.loads(raw_data)).tolist()
