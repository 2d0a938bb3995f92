import json
import sys

if sys.version_info < (3, 0):
    import urllib2
try:
    import torch
except ModuleNotFoundError:
    torch = None


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)
