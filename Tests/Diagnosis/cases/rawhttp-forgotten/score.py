import json

from azureml_inference_server_http.api.aml_request import AMLRequest
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


def run(request: AMLRequest):
    if request.method == "GET":
        return AMLResponse("ready", 200)
    return AMLResponse(json.dumps({"size": len(request.get_data())}), 200)
