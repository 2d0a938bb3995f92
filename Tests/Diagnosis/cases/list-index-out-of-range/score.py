import json

LABELS = ["cat", "dog"]

def init():
    pass

def run(raw_data):
    scores = json.loads(raw_data)["scores"]
    best = max(range(len(scores)), key=lambda i: scores[i])
    return {"label": LABELS[best]}
