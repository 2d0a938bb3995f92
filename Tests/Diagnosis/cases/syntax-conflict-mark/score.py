import json


def init():
<<<<<<< HEAD
    pass
=======
    print("ready")
>>>>>>> feature


def run(raw_data):
    return json.loads(raw_data)
