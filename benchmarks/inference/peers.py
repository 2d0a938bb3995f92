"""How each server is started with the same model, and what a request to it looks like."""

import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.environ.get("BERTH_BENCH_PEERS") or os.path.join(HERE, ".build-peers"))
SERVER = os.path.join(os.path.dirname(os.path.dirname(HERE)), "inference", "berth_infsrv")
ROW = [0.5, -1.25, 3.0, 4.5, -0.75, 1.5, 2.25, -3.5, 0.125, 1.0]


class Peer:
    def __init__(self, name, environment, command, path="/score", body=None, variables=None, unix=False):
        self.name = name
        self.environment = environment
        # function of (bin folder, port, run folder, model) -> command
        self.command = command
        self.path = path
        self.body = json.dumps(body if body is not None else {"data": [ROW]}).encode()
        self.variables = variables or (lambda port, folder, model: {})
        self.unix = unix

    def installed(self):
        return os.path.exists(os.path.join(ROOT, self.environment, "complete"))

    def bin(self):
        return os.path.join(ROOT, self.environment, "bin")

    def request(self):
        head = "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        return (head % (self.path, len(self.body))).encode() + self.body


def _python(*arguments):
    return lambda folder, port, run, model: (
        [os.path.join(folder, "python")] + [str(port) if argument == "PORT" else argument for argument in arguments]
    )


def _ours(folder, port, run, model):
    script = os.path.join(HERE, "models", "score_%s.py" % model)
    return [os.path.join(folder, "python"), SERVER, "--entry_script", script, "--port", str(port)]


def _ours_unix(folder, port, run, model):
    return [os.path.join(folder, "python"), SERVER]


def _unix_variables(port, folder, model):
    return {
        "BERTH_RUN_DIR": folder,
        "AZUREML_ENTRY_SCRIPT": "score_%s.py" % model,
        "AML_APP_ROOT": os.path.join(HERE, "models"),
    }


def _azmlinfsrv(folder, port, run, model):
    script = os.path.join(HERE, "models", "score_%s.py" % model)
    return [os.path.join(folder, "azmlinfsrv"), "--entry_script", script, "--port", str(port)]


def _mlserver(folder, port, run, model):
    settings = {"name": "model", "implementation": "mlserver_app.Served"}
    with open(os.path.join(run, "model-settings.json"), "w") as file:
        json.dump(settings, file)
    with open(os.path.join(run, "settings.json"), "w") as file:
        json.dump(
            {"http_port": port, "grpc_port": port + 1, "metrics_port": port + 2, "parallel_workers": 0, "debug": False},
            file,
        )
    return [os.path.join(folder, "mlserver"), "start", run]


PEERS = [
    Peer("ours (unix socket)", "ours", _ours_unix, variables=_unix_variables, unix=True),
    Peer("ours (TCP, no access log)", "ours", _ours, variables=lambda *_: {"BERTH_INFSRV_ACCESS_LOG": "0"}),
    Peer("azmlinfsrv 1.5.1", "azmlinfsrv", _azmlinfsrv),
    Peer(
        "FastAPI + uvicorn[standard]",
        "fastapi",
        _python("-m", "uvicorn", "fastapi_app:app", "--port", "PORT", "--no-access-log", "--log-level", "warning"),
    ),
    Peer(
        "FastAPI + granian",
        "granian",
        _python("-m", "granian", "--interface", "asgi", "--port", "PORT", "--workers", "1", "fastapi_app:app"),
    ),
    Peer("LitServe", "litserve", _python(os.path.join(HERE, "peers", "litserve_app.py"), "PORT")),
    Peer(
        "MLServer",
        "mlserver",
        _mlserver,
        "/v2/models/model/infer",
        {"inputs": [{"name": "in", "shape": [1, 10], "datatype": "FP64", "data": ROW}]},
    ),
    Peer(
        "KServe",
        "kserve",
        _python(os.path.join(HERE, "peers", "kserve_app.py"), "PORT"),
        "/v1/models/model:predict",
        {"instances": [ROW]},
    ),
    Peer(
        "BentoML",
        "bentoml",
        lambda folder, port, run, model: [
            os.path.join(folder, "bentoml"),
            "serve",
            "bentoml_app:Served",
            "--port",
            str(port),
        ],
    ),
]


def variables(peer, port, folder, model):
    """The environment in which the peer is started."""
    kept = {key: os.environ[key] for key in ("LANG", "LD_LIBRARY_PATH") if key in os.environ}
    kept.update(
        PATH=peer.bin() + os.pathsep + os.environ.get("PATH", ""),
        HOME=folder,
        BENCH_MODEL=model,
        PYTHONPATH=os.pathsep.join([os.path.join(HERE, "models"), os.path.join(HERE, "peers")]),
        # One thread each: the load of one server is not to be spread by its numeric library.
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
        MKL_NUM_THREADS="1",
        BENTOML_DO_NOT_TRACK="True",
    )
    kept.update(peer.variables(port, folder, model))
    return kept
