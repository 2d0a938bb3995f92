import importlib
import json
import os


def init():
    global plugin
    plugin = importlib.import_module(os.environ.get("PLUGIN", "plugins.textclass"))


def run(raw_data):
    return plugin.predict(json.loads(raw_data))
