import json


def init():
    pass


def run(raw_data):
    try:
        return json.loads(raw_data)["data"]
    except (ValueError, KeyError) as error:
        return {"error": str(error)}
