import sys
import json

print >>sys.stderr, "starting the scorer"


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)
