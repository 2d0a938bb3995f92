import os
import sys


def init():
    if "LICENSE_KEY" not in os.environ:
        sys.exit(4)


def run(raw_data):
    return []
