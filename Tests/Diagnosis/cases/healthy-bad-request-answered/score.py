import json

from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


def run(raw_data):
    try:
        return {"sum": sum(json.loads(raw_data)["rows"])}
    except Exception as problem:
        print("Traceback (most recent call last):\n  ValueError:", problem)
        return {"error": str(problem)}
