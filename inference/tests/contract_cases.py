"""Requests that the original, ours in strict mode and ours are all asked. A group is one script and its surroundings."""

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Group:
    def __init__(self, name, script, requests, files=None, env=None, arguments=()):
        self.name = name
        self.script = script
        # (name of the case, method, path, body, headers)
        self.requests = requests
        self.files = files or {}
        self.env = env or {}
        self.arguments = arguments


def post(name, body, headers=JSON):
    return (name, "POST", "/score", body if isinstance(body, bytes) else body.encode(), headers)


def get(name, path, headers=None):
    return (name, "GET", path, None, headers or {})


ROUTING = [
    get("root", "/"), ("head root", "HEAD", "/", None, {}), ("options root", "OPTIONS", "/", None, {}),
    ("post root", "POST", "/", b"", {}), get("unknown", "/nothing"), get("score slash", "/score/"), get("debug", "/debug"),
    ("put score", "PUT", "/score", b"", {}), ("delete score", "DELETE", "/score", None, {}),
    ("patch score", "PATCH", "/score", b"", {}), ("head score", "HEAD", "/score", None, {}),
    ("options score", "OPTIONS", "/score", None, {}), ("post swagger", "POST", "/swagger.json", b"", {}),
    ("options swagger", "OPTIONS", "/swagger.json", None, {}), ("head swagger", "HEAD", "/swagger.json", None, {}),
    get("swagger", "/swagger.json"), get("swagger 2", "/swagger.json?version=2"),
    get("swagger 2.0", "/swagger.json?version=2.0"), get("swagger 3", "/swagger.json?version=3"),
    get("swagger 3.0", "/swagger.json?version=3.0"), get("swagger 3.1", "/swagger.json?version=3.1"),
    get("swagger 9", "/swagger.json?version=9"), get("swagger empty", "/swagger.json?version="),
    get("escaped path", "/sc%6Fre?a=1"), get("probe with query", "/?a=1"),
]

IDS = [
    post("no ids", "1"), post("request id", "1", dict(JSON, **{"x-request-id": "r1"})),
    post("legacy id", "1", dict(JSON, **{"x-ms-request-id": "l1"})),
    post("client id", "1", dict(JSON, **{"x-ms-client-request-id": "c1"})),
    post("all ids", "1", dict(JSON, **{"x-request-id": "r", "x-ms-request-id": "l", "x-ms-client-request-id": "c"})),
    post("empty ids", "1", dict(JSON, **{"x-request-id": "", "x-ms-client-request-id": ""})),
    post("trace id", "1", dict(JSON, TraceId="t1")),
    post("id of 100", "1", dict(JSON, **{"x-request-id": "r" * 100})),
    post("id of 101", "1", dict(JSON, **{"x-request-id": "r" * 101})),
    post("client id of 101", "1", dict(JSON, **{"x-ms-client-request-id": "c" * 101})),
    post("legacy id of 101", "1", dict(JSON, **{"x-ms-request-id": "l" * 101, "TraceId": "t"})),
    get("probe with long id", "/", {"x-request-id": "r" * 101}),
]

PLAIN = '''
import json, time


def init():
    pass


def run(data):
    if data.startswith("py:"):
        return eval(data[3:])
    if data.startswith("raise"):
        raise ValueError(data)
    return {"got": data}
'''

OUTPUTS = [
    post("text", "py:'a\\u00fc\"'"), post("list", "py:[1, 2.5, None, True, (3,)]"), post("none", "py:None"),
    post("number", "py:10**30"), post("float", "py:1e22"), post("keys", "py:{1: 2, None: 3, True: 4}"),
    post("empty dict", "py:{}"), post("false", "py:False"), post("zero", "py:0"), post("empty text", "py:''"),
    post("nan", "py:[float('nan')]"), post("infinity", "py:float('-inf')"), post("set", "py:{1}"), post("bytes", "py:b'x'"),
    post("generator", "py:(x for x in 'ab')"), post("numpy scalar", "py:__import__('numpy').float64(1.5)"),
    post("numpy array", "py:__import__('numpy').arange(3)"), post("numpy int", "py:__import__('numpy').int32(3)"),
    post("frame", "py:__import__('pandas').DataFrame({'a': [1]})"), post("exception", "raise it"),
    post("system exit", "py:__import__('sys').exit(1)"), post("keyboard interrupt", "py:(_ for _ in ()).throw(KeyboardInterrupt)"),
]

BODIES = [
    post("json", '{"a": "\u00fc"}'), post("empty", ""), post("not utf-8", b"\xff\xfe"), post("form", "a=1&b=2", FORM),
    post("multipart", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n",
         {"Content-Type": "multipart/form-data; boundary=x"}),
    post("no content type", "abc", {}), post("text plain", "abc", {"Content-Type": "text/plain"}),
    post("binary type", b"abc", {"Content-Type": "application/octet-stream"}),
    get("get", "/score"), get("get values", "/score?a=1&b=[1,2]&c=x&c=y&d=null&e=&f=%7B%22g%22:1%7D&h=a+b"),
    get("get flag", "/score?flag"),
]

HEADERS_SCRIPT = '''
def init():
    pass


def run(data, request_headers):
    wanted = ("Content-Type", "X-Custom-Name", "Content-Length", "X-Twice")
    return {"type": type(request_headers).__name__, "got": {name: request_headers.get(name) for name in wanted}, "data": data}
'''

RAW = '''
import json
from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request: AMLRequest):
    what = request.args.get("do", "echo")
    if what == "echo":
        return {
            "method": request.method, "path": request.path, "query": request.query_string.decode(), "type": request.content_type,
            "data": request.get_data(as_text=True), "args": request.args.to_dict(flat=False), "mimetype": request.mimetype,
            "custom": request.headers.get("X-Custom"), "length": request.content_length, "is_json": request.is_json,
        }
    if what == "json":
        return request.json
    if what == "get_json":
        return request.get_json(force=True)
    if what == "form":
        return request.form.to_dict(flat=False)
    if what == "files":
        return {key: [file.filename, file.content_type, file.read().hex()] for key, file in request.files.items()}
    if what == "stream":
        return request.stream.read().hex()
    if what == "cookies":
        return dict(request.cookies)
    if what == "generator":
        return AMLResponse((part for part in ["a", "b", "c"]), 200)
    if what == "image":
        return AMLResponse(b"\\x00\\xff", 200, {"Content-Type": "image/png"})
    if what == "werkzeug":
        from werkzeug.wrappers import Response
        return Response("w", 202, content_type="text/x-w")
    return eval(request.args["code"])
'''


def respond(name, code):
    from urllib.parse import quote
    return ("response " + name, "POST", "/score?do=eval&code=" + quote(code), b"", {})


MULTIPART = (
    b"--xyz\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n--xyz\r\nContent-Disposition: form-data; "
    b"name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x00\xff\r\n--xyz--\r\n"
)
MULTI = {"Content-Type": "multipart/form-data; boundary=xyz"}

RAW_REQUESTS = [
    post("raw echo", '{"a": 1}'), ("raw post query", "POST", "/score?a=1&a=2&b=%20", b"x", {"X-Custom": "y", "Content-Type": "text/plain"}),
    get("raw get", "/score?x=1"), ("raw head", "HEAD", "/score?x=1", None, {}), ("raw options", "OPTIONS", "/score", None, {}),
    ("raw json", "POST", "/score?do=json", b'{"a": [1]}', JSON), ("raw get_json", "POST", "/score?do=get_json", b"[1]", {}),
    ("raw json of another type", "POST", "/score?do=json", b"{}", {"Content-Type": "text/plain"}),
    ("raw bad json", "POST", "/score?do=json", b"{", JSON),
    ("raw form", "POST", "/score?do=form", b"a=1&a=2&b=x", FORM), ("raw form of files", "POST", "/score?do=form", MULTIPART, MULTI),
    ("raw files", "POST", "/score?do=files", MULTIPART, MULTI), ("raw stream", "POST", "/score?do=stream", b"\x00\x01", {}),
    ("raw cookies", "POST", "/score?do=cookies", b"", {"Cookie": "a=1; b=2"}),
    ("raw generator", "POST", "/score?do=generator", b"", {}), ("raw image", "POST", "/score?do=image", b"", {}),
    ("raw werkzeug", "POST", "/score?do=werkzeug", b"", {}),
    respond("text", "AMLResponse('hello', 200)"), respond("json", "AMLResponse({'a': 1}, 201, json_str=True)"),
    respond("none", "AMLResponse(None, 200)"), respond("error", "AMLResponse('bad', 503)"),
    respond("failed", "AMLResponse('bad', 400, run_function_failed=True)"),
    respond("headers", "AMLResponse('h', 200, {'X-A': '1,2', 'X-B': 'b', 'Content-Type': 'text/csv'})"),
    respond("own id", "AMLResponse('h', 200, {'x-request-id': 'mine'})"), respond("no content", "AMLResponse('', 204)"),
    respond("not modified", "AMLResponse('', 304)"), respond("odd status", "AMLResponse('odd', 299)"),
    respond("redirect", "AMLResponse('', 302, {'Location': '/x'})"), respond("raise", "1/0"),
    respond("abort", "__import__('werkzeug').exceptions.abort(404)"),
    respond("plain value", "{'a': 1}"), respond("plain none", "None"),
    ("raw head generator", "HEAD", "/score?do=generator", None, {}), respond("list", "AMLResponse(['a', 'b'], 200)"),
    respond("status words", "AMLResponse('x', '201 Made')"), respond("json error", "AMLResponse({'m': 1}, 500, json_str=True)"),
    respond("json of own type", "AMLResponse({'a': 1}, 200, {'Content-Type': 'text/x'}, json_str=True)"),
    respond("own failed", "AMLResponse('x', 200, {'x-ms-run-function-failed': 'maybe'})"),
    respond("own client id", "AMLResponse('x', 200, {'x-ms-client-request-id': 'mine', 'X-After': '1'})"),
    respond("own version", "AMLResponse('x', 200, {'x-ms-server-version': 'mine'})"),
    respond("flask", "__import__('flask').Response('f', 418, content_type='text/x')"),
    respond("flask error", "__import__('flask').Response('f', 502)"), respond("text of unicode", "AMLResponse('\u00fc', 200)"),
    respond("json nan", "AMLResponse([float('nan')], 200, json_str=True)"), respond("empty list", "AMLResponse([], 200)"),
    respond("json array", "AMLResponse(__import__('numpy').arange(2), 200, json_str=True)"),
]

SCHEMA = '''
import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    pass


@input_schema("array", NumpyParameterType(np.array([[1.0, 2.0]])))
@input_schema("frame", PandasParameterType(pd.DataFrame({"a": [1], "b": ["x"]})))
@input_schema("num", StandardPythonParameterType(1))
@input_schema("option", StandardPythonParameterType("z"))
@output_schema(StandardPythonParameterType({"sum": 1.0}))
def run(array, frame, num, option="default"):
    return {"sum": float(array.sum()), "kinds": [type(array).__name__, type(frame).__name__], "columns": list(frame.columns),
            "num": num, "option": option}
'''

GOOD = '{"array": [[1, 2]], "frame": [{"a": 1, "b": "x"}], "num": 3}'
SCHEMA_REQUESTS = [
    post("schema good", GOOD), post("schema option", GOOD[:-1] + ', "option": "o", "extra": 1}'),
    post("schema missing", '{"array": [[1, 2]], "frame": [{"a": 1, "b": "x"}]}'), post("schema no dict", "[1]"),
    post("schema empty", ""), post("schema bad json", "{"), post("schema wrong type", GOOD, {"Content-Type": "text/plain"}),
    post("schema charset", GOOD, {"Content-Type": "application/json; charset=utf-8"}),
    post("schema suffix", GOOD, {"Content-Type": "application/vnd.x+json"}), post("schema no type", GOOD, {}),
    get("schema get", '/score?array=[[1,2]]&frame=[{"a":1,"b":"x"}]&num=3'.replace('"', "%22").replace("{", "%7B").replace("}", "%7D")),
    post("schema wrong shape", '{"array": "x", "frame": [{"a": 1, "b": "x"}], "num": 3}'),
    ("schema options", "OPTIONS", "/score", None, {}),
    get("schema swagger 2", "/swagger.json"), get("schema swagger 3", "/swagger.json?version=3"),
    get("schema swagger 3.1", "/swagger.json?version=3.1"),
]

NESTED = '''
from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema
import numpy as np


def init():
    pass


sample = {"a": StandardPythonParameterType({"x": 1}), "b": [NumpyParameterType(np.array([1])), StandardPythonParameterType(2)]}


@input_schema(param_name="data", param_type=StandardPythonParameterType(sample))
@output_schema(output_type=StandardPythonParameterType({"out": "s"}))
def run(data):
    return {"kinds": [type(data["b"][0]).__name__], "data": str(data)}
'''

DRIVER = {
    "score.py": "import real as driver_module\n\n\ndef init():\n    driver_module.start()\n\n\ndef run(data):\n    return 'driver'\n",
    "real.py": "started = []\n\n\ndef start():\n    started.append(1)\n\n\ndef run(data):\n    return {'real': data, 'started': started}\n",
}

SLOW = "import time\n\n\ndef init():\n    pass\n\n\ndef run(data):\n    time.sleep(float(data))\n    return data\n"

OLD_NAMES = RAW.replace("azureml_inference_server_http.api", "azureml.contrib.services")

CORS_REQUESTS = [
    post("cors allowed", "1", dict(JSON, Origin="http://a.example")), post("cors other", "1", dict(JSON, Origin="http://z.example")),
    ("cors preflight", "OPTIONS", "/score", None,
     {"Origin": "http://a.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}),
    get("cors probe", "/", {"Origin": "http://a.example"}), get("cors none", "/score"),
    post("cors failing", "raise", dict(JSON, Origin="http://a.example")),
]

SWAGGER_FILES = {"swagger.json": '{"mine": "2"}', "swagger3.json": '{ "mine": [3, "\u00fc"] }', "swagger2.json": '{"not": 1}'}

GROUPS = [
    Group("plain", PLAIN, ROUTING + IDS + OUTPUTS + BODIES),
    Group("request_headers", HEADERS_SCRIPT, [
        post("headers post", "x", {"content-type": "text/plain", "x-custom-NAME": "v", "X-Twice": "1"}), get("headers get", "/score"),
    ]),
    Group("rawhttp", RAW, RAW_REQUESTS),
    Group("old names", OLD_NAMES, [post("old names echo", "{}"), ("old names image", "POST", "/score?do=image", b"", {})]),
    Group("schema", SCHEMA, SCHEMA_REQUESTS),
    Group("nested", NESTED, [
        post("nested good", '{"data": {"a": {"x": 2}, "b": [[1], 2]}}'), get("nested swagger 2", "/swagger.json"),
        get("nested swagger 3", "/swagger.json?version=3"), get("nested swagger 3.1", "/swagger.json?version=3.1"),
    ]),
    Group("driver", DRIVER["score.py"], [post("driver", "x")], files={"real.py": DRIVER["real.py"]}),
    Group("timeout", SLOW, [post("too slow", "5"), post("quick", "0")], env={"SCORING_TIMEOUT_MS": "300"}),
    Group("cors", PLAIN, CORS_REQUESTS, arguments=["--access_control_allow_origins", "http://a.example, http://b.example"]),
    Group("names", PLAIN, [
        get("named swagger", "/swagger.json"), get("named swagger 3", "/swagger.json?version=3"), post("own version", "x"),
    ], env={"SERVICE_NAME": "mine", "SERVICE_VERSION": "7", "SERVICE_PATH_PREFIX": "/api/v1/", "HTTP_X_MS_SERVER_VERSION": "x/1"}),
    Group("user swagger", PLAIN, [
        get("user swagger 2", "/swagger.json"), get("user swagger 3", "/swagger.json?version=3"),
        get("user swagger 3.1", "/swagger.json?version=3.1"), post("no version", "x"),
    ], files=SWAGGER_FILES, env={"SERVER_VERSION_LOG_RESPONSE_ENABLED": "false"}),
]

# (name, script, options): exit status of a boot that fails, and words that its log must hold in both servers
BOOTS = [
    ("import error", "import nothere\n", ["No module named 'nothere'", "UserScriptImportException"]),
    ("no init", "def run(d):\n    return 1\n", ["does not have a init() function defined"]),
    ("no run", "def init():\n    pass\n", ["does not have a run() function defined"]),
    ("init raises", "def init():\n    raise ValueError('oops')\ndef run(d):\n    return 1\n", ["User's init function failed", "oops"]),
    ("init exits", "import sys\ndef init():\n    sys.exit(0)\ndef run(d):\n    return 1\n", ["User's init function failed"]),
    ("star arguments", "def init():\n    pass\ndef run(*a):\n    return 1\n", ["run() cannot accept positional-only"]),
    ("no parameter", "def init():\n    pass\ndef run():\n    return 1\n", ["run() needs to accept an argument for input data."]),
    ("raw and schema", SCHEMA.replace("def run(", "def run(").replace(
        "@input_schema(\"array\"", "@rawhttp\n@input_schema(\"array\"").replace(
        "import numpy as np\n", "import numpy as np\nfrom azureml_inference_server_http.api.aml_request import rawhttp\n", 1),
     ["run() cannot be decorated with both @rawhttp and @input_schema"]),
    ("syntax error", "def init(:\n", ["SyntaxError"]),
]
