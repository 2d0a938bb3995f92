import json
from pipeline import build

def init():
    global pipe
    pipe = build("a", "b", "c")

def run(raw_data):
    return pipe(json.loads(raw_data))
