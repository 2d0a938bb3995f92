"""The API description of the three routes, in Swagger 2 and OpenAPI 3.0 and 3.1, word for word as clients know it."""

_PURPOSE = "API specification for the Azure Machine Learning service %s"
_HEALTH = "Simple health check endpoint to ensure the service is up at any given point."
_HEALTHY = "If service is up and running, this response will be returned with the content 'Healthy'"
_FAILED = "The service failed to execute due to an error."
_RUN = "Run web service's model and get the prediction output"
_INPUT = "The input payload for executing the real-time machine learning service."
_OUTPUT = "The service processed the input correctly and provided a result prediction, if applicable."
_BEARER = {"type": "apiKey", "name": "Authorization", "in": "header", "description": "For example: Bearer abc123"}
_ERROR = {"type": "object", "properties": {"message": {"type": "string"}}}


def make(version, name, service_version, prefix, taken, given):
    """`taken` and `given` are the schemas of what run() takes and gives."""
    info = {"title": name, "description": _PURPOSE % name, "version": service_version}
    if version == "2":
        return _swagger2(info, prefix, taken, given)
    return _openapi3("3.1.0" if version == "3.1" else "3.0.3", info, prefix, taken, given)


def _swagger2(info, prefix, taken, given):
    failed = {"description": _FAILED, "schema": {"$ref": "#/definitions/ErrorResponse"}}
    health = {
        "operationId": "ServiceHealthCheck",
        "description": _HEALTH,
        "responses": {
            "200": {
                "description": _HEALTHY,
                "schema": {"type": "string"},
                "examples": {"application/json": "Healthy"},
            },
            "default": failed,
        },
    }
    parameter = {
        "name": "serviceInputPayload",
        "in": "body",
        "description": _INPUT,
        "schema": {"$ref": "#/definitions/ServiceInput"},
    }
    score = {
        "operationId": "RunMLService",
        "description": _RUN,
        "security": [{"Bearer": []}],
        "parameters": [parameter],
        "responses": {
            "200": {"description": _OUTPUT, "schema": {"$ref": "#/definitions/ServiceOutput"}},
            "default": failed,
        },
    }
    version = {"name": "version", "in": "query", "required": False, "type": "integer", "enum": [2, 3]}
    swagger = {
        "operationId": "GetSwaggerSpec",
        "description": "Get the Swagger specification.",
        "parameters": [version],
        "responses": {
            "200": {"description": "The Swagger specification.", "schema": {"type": "string"}},
            "default": failed,
        },
    }
    return {
        "swagger": "2.0",
        "info": info,
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"Bearer": _BEARER},
        "paths": _paths(prefix, health, score, swagger),
        "definitions": {"ServiceInput": taken, "ServiceOutput": given, "ErrorResponse": _ERROR},
    }


def _openapi3(number, info, prefix, taken, given):
    failed = _content(_FAILED, "application/json", {"$ref": "#/components/schemas/ErrorResponse"})
    healthy = _content(_HEALTHY, "text/plain", {"type": "string", "example": "Healthy"})
    health = {
        "operationId": "ServiceHealthCheck",
        "description": _HEALTH,
        "responses": {"200": healthy, "default": failed},
    }
    score = {
        "operationId": "RunMLService",
        "description": _RUN,
        "security": [{"Bearer": []}],
        "requestBody": _content(_INPUT, "application/json", {"$ref": "#/components/schemas/ServiceInput"}),
        "responses": {
            "200": _content(_OUTPUT, "application/json", {"$ref": "#/components/schemas/ServiceOutput"}),
            "default": failed,
        },
    }
    version = {"name": "version", "in": "query", "required": False, "schema": {"type": "integer", "enum": [2, 3]}}
    swagger = {
        "operationId": "GetSwaggerSpec",
        "description": "Get the Swagger specification.",
        "parameters": [version],
        "responses": {
            "200": _content("The Swagger specification.", "text/plain", {"type": "string"}),
            "default": failed,
        },
    }
    return {
        "openapi": number,
        "info": info,
        "security": [{"Bearer": []}],
        "paths": _paths(prefix, health, score, swagger),
        "components": {
            "schemas": {"ServiceInput": taken, "ServiceOutput": given, "ErrorResponse": _ERROR},
            "securitySchemes": {"Bearer": _BEARER},
        },
    }


def _paths(prefix, health, score, swagger):
    return {
        prefix + "/": {"get": health},
        prefix + "/score": {"post": score},
        prefix + "/swagger.json": {"get": swagger},
    }


def _content(description, media_type, schema):
    return {"description": description, "content": {media_type: {"schema": schema}}}
