import json
import sys

import numpy as np

REQUIRED = (9, 0)
found = tuple(int(part) for part in np.__version__.split(".")[:2])
if found < REQUIRED:
    sys.exit(f"numpy {REQUIRED[0]}.{REQUIRED[1]} or newer is needed, found {np.__version__}")


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)
