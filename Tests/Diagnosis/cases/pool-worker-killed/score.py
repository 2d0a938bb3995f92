import json
import os
import signal
from concurrent.futures import ProcessPoolExecutor

def crash(n):
    os.kill(os.getpid(), signal.SIGKILL)

def init():
    with ProcessPoolExecutor(1) as pool:
        list(pool.map(crash, [1]))

def run(raw_data):
    return json.loads(raw_data)
