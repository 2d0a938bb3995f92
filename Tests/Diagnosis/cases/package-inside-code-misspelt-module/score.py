import json

from serving.pipeline import Pipeline

pipeline = None


def init():
    global pipeline
    pipeline = Pipeline()


def run(raw_data):
    return pipeline(json.loads(raw_data))
