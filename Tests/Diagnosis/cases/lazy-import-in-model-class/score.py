import json
import logging

from predictor import Predictor

logging.basicConfig(level=logging.INFO)
predictor = Predictor()


def init():
    predictor.load()


def run(raw_data):
    return predictor.predict(json.loads(raw_data))
