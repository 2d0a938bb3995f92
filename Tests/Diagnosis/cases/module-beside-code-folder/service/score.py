import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

from shared_features.text import tokens


def init():
    pass


def run(raw_data):
    return tokens(json.loads(raw_data)["text"])
