import os

import yaml


def load():
    return yaml.safe_load("a: 1")
