import json
import os


class ConfigurationError(Exception):
    pass


def setting(name):
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(f"the setting {name} is required")
    return value


def init():
    global key
    key = setting("TRANSLATOR_KEY")


def run(raw_data):
    return {"key": len(key), "data": json.loads(raw_data)}
