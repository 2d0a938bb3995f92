import json

from model import load_model


def init():
    global model
    model = load_model("weights.bin", device="cpu")


def run(raw_data):
    return model
