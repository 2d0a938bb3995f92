"""What every test has: a berth of its own, ended with the test."""

import os
import sys
import unittest

from berth import Berth

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None

ECHO = '''
import json, logging, os
def init():
    global answer
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.txt")) as file:
        answer = int(file.read())
    print("printed in init")
    logging.info("logged in init")
def run(raw_data):
    return {"answer": answer, "version": 1, "got": json.loads(raw_data)}
'''


class Case(unittest.TestCase):
    def setUp(self):
        self.berth = Berth(BINARY)
        self.addCleanup(self.berth.close)

    def deployed(self, script=ECHO, *more, extra=""):
        self.berth.endpoint()
        spec = self.berth.project(script, extra=extra)
        self.berth.deploy(spec, *more)
        return spec
