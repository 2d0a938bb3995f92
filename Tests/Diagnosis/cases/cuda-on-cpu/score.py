import os

import torch


def init():
    torch.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "net.pt"))


def run(raw_data):
    return []
