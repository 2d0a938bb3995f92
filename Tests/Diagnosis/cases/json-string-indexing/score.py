import json

def init():
    pass

def run(data):
    payload = json.dumps(data)
    return {"total": sum(payload["values"])}
