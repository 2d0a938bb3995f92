import json
import os.path


def init():
    print(os.path.exist("model"))


def run(raw_data):
    return json.loads(raw_data)
