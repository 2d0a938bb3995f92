"""Old name of azureml_inference_server_http.api.aml_request; the very same module, as its flag must exist once."""

import sys

import azureml_inference_server_http.api.aml_request as _module

sys.modules[__name__] = _module
