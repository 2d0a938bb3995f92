import json
import os
import subprocess
import sys


def init():
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([sys.executable, os.path.join(here, "warmup.py"), "--rows", "10"], check=True)


def run(raw_data):
    return json.loads(raw_data)
