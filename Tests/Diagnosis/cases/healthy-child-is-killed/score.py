import json
import os
import signal
import subprocess
import sys


def init():
    child = subprocess.Popen([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
    print("Killed: child ended with", child.wait())
    print("Fatal Python error: Segmentation fault (of the probe, expected)")
    print("terminate called after throwing an instance of 'std::bad_alloc'")


def run(raw_data):
    return json.loads(raw_data)
