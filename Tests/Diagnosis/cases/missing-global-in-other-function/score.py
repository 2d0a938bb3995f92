import json


def load_model():
    scorer = str.upper


def init():
    load_model()


def run(raw_data):
    return scorer(raw_data)
