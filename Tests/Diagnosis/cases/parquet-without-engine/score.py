import json
import os
from pathlib import Path

import pandas as pd

MODEL_DIR = Path(os.environ["AZUREML_MODEL_DIR"]) / "model"
features = pd.read_parquet(MODEL_DIR / "features.parquet")


def init():
    pass


def run(raw_data):
    return features.head(json.loads(raw_data)["n"]).to_dict("records")
