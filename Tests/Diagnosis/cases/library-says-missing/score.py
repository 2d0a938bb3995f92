import os

import boostlib


def init():
    boostlib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "trees.bst"))


def run(raw_data):
    return []
