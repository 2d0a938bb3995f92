import json
import logging

from loader import ModelLoader

logging.basicConfig(level=logging.INFO)
loader = ModelLoader()


def init():
    try:
        loader.load()
    except Exception as e:
        logging.error("init failed: %s", e, exc_info=True)
        raise


def run(raw_data):
    return loader.predict(json.loads(raw_data))
