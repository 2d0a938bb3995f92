import json
from dataclasses import dataclass

@dataclass
class Config:
    labels: list = []

def init():
    pass

def run(raw_data):
    return json.loads(raw_data)
