import json
import os
from concurrent.futures import ThreadPoolExecutor

parts = {}


def read_part(name):
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "parts", name + ".json")
    with open(path) as stream:
        return json.load(stream)


def init():
    with ThreadPoolExecutor(2) as pool:
        waiting = {name: pool.submit(read_part, name) for name in ("users", "items")}
        for name, future in waiting.items():
            parts[name] = future.result()


def run(raw_data):
    return parts["users"][json.loads(raw_data)["user"]]
