"""Started by hand: arguments, what is printed at the start, TCP sockets."""

import os
import socket

from . import CONTRACT_VERSION, log
from .settings import DEFAULT_HEALTH_PORT, DEFAULT_PORT, tells_version

# The port may still be held by the run before: as long as the original tries.
BIND_ATTEMPTS = 5
BIND_PAUSE = 1.0


def prepare(arguments):
    """Puts the arguments into the environment. Returns an exit status when the program is to end."""
    try:
        given = _parser().parse_args(arguments)
    except SystemExit as end:
        return 1 if end.code else 0
    if not (given.entry_script or given.config_file):
        log.write("E", "azmlinfsrv", "Error!")
        log.write(
            "E",
            "azmlinfsrv",
            "Either provide an entry_script using --entry_script or provide a path to the configuration file using"
            " --config_file",
        )
        return 1
    _to_environment(given, os.environ)
    _print_settings(os.environ)
    return None


def _parser():
    import argparse

    parser = argparse.ArgumentParser(
        prog="azmlinfsrv", description="Azure ML Inferencing HTTP server v%s" % CONTRACT_VERSION
    )
    parser.add_argument("--entry_script", help="The relative or absolute path to the scoring script.")
    parser.add_argument("--model_dir", help="The relative or absolute path to the model directory.")
    parser.add_argument("--appinsights_instrumentation_key", help="Accepted; no logs are sent to Azure from here.")
    parser.add_argument("--port", type=_port, help="The serving port of the server. Default is %d." % DEFAULT_PORT)
    parser.add_argument(
        "--health_port", type=_port, help="The health port of the server. Default is %d." % DEFAULT_HEALTH_PORT
    )
    parser.add_argument("--worker_count", type=_worker_count, help="The number of worker processes. Default is 1.")
    parser.add_argument(
        "--access_control_allow_origins", help='Enable CORS for the specified origins, separated with ",".'
    )
    parser.add_argument("--config_file", help="The relative or absolute path to the configuration file")
    parser.add_argument("--rest", action="store_true", help=argparse.SUPPRESS)
    return parser


def _port(text):
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError("the port must be within 1 and 65535")
    return port


def _worker_count(text):
    count = int(text)
    if count <= 0:
        raise ValueError("the worker count must be greater than zero")
    return count


def _to_environment(given, environment):
    environment.setdefault("AML_APP_ROOT", os.getcwd())
    if given.entry_script:
        environment["AZUREML_ENTRY_SCRIPT"] = os.path.realpath(given.entry_script)
    if given.model_dir is not None:
        environment["AZUREML_MODEL_DIR"] = given.model_dir
    if given.worker_count is not None:
        environment["WORKER_COUNT"] = str(given.worker_count)
    environment.setdefault("WORKER_COUNT", "1")
    # The original ignores SERVER_PORT of the environment, and scripts for it set it without effect.
    environment["SERVER_PORT"] = str(given.port or DEFAULT_PORT)
    if environment.get("SEPERATE_HEALTH_ENDPOINT") == "true":
        environment["HEALTH_PORT"] = str(given.health_port or DEFAULT_HEALTH_PORT)
    else:
        environment.setdefault("HEALTH_PORT", environment["SERVER_PORT"])
    if tells_version(environment):
        # From the command line the original does not let the environment decide.
        environment["HTTP_X_MS_SERVER_VERSION"] = "azmlinfsrv/" + CONTRACT_VERSION
    if given.access_control_allow_origins is not None:
        environment["AML_CORS_ORIGINS"] = given.access_control_allow_origins
    if given.config_file:
        environment["AZUREML_CONFIG_FILE"] = os.path.realpath(given.config_file)
    if given.appinsights_instrumentation_key is not None:
        environment["AML_APP_INSIGHTS_KEY"] = given.appinsights_instrumentation_key


def _print_settings(environment):
    lines = []
    if "AZUREML_MODEL_DIR" not in environment:
        lines.append("The environment variable 'AZUREML_MODEL_DIR' has not been set.")
        lines.append("Use the --model_dir command line argument to set it.")
    lines += ["", "Azure ML Inferencing HTTP server v%s" % CONTRACT_VERSION, "", "", "Server Settings", "-" * 15]
    for name, variable in (
        ("Entry Script Name", "AZUREML_ENTRY_SCRIPT"),
        ("Model Directory", "AZUREML_MODEL_DIR"),
        ("Config File", "AZUREML_CONFIG_FILE"),
        ("Worker Count", "WORKER_COUNT"),
        ("Server Port", "SERVER_PORT"),
        ("Health Port", "HEALTH_PORT"),
        ("CORS for the specified origins", "AML_CORS_ORIGINS"),
    ):
        lines.append("%s: %s" % (name, environment.get(variable)))
    lines += ["", "", "Server Routes", "-" * 15]
    lines.append("Liveness Probe: GET   127.0.0.1:%s/" % environment["HEALTH_PORT"])
    lines.append("Score:          POST  127.0.0.1:%s/score" % environment["SERVER_PORT"])
    lines += ["", ""]
    log.put(1, "\n".join(lines).encode("utf-8", "backslashreplace"))


def listen(settings):
    """The listening sockets, bound before any worker starts: a client waits during init() instead of being refused."""
    listeners = []
    for port in (settings.port, settings.health_port):
        if not port:
            continue
        listener = _bind(port)
        if listener is None:
            return None
        listeners.append(listener)
        log.master("I", "Listening at: http://0.0.0.0:%d (%d)" % (port, os.getpid()))
    return listeners


def _bind(port):
    import time

    for attempt in range(BIND_ATTEMPTS):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("0.0.0.0", port))
            listener.listen(2048)
            listener.setblocking(False)
            return listener
        except OSError as problem:
            listener.close()
            log.master("E", "Cannot listen at port %d: %s" % (port, problem.strerror))
            if attempt + 1 < BIND_ATTEMPTS:
                log.master("I", "Retrying in 1 second.")
                time.sleep(BIND_PAUSE)
    log.master("E", "Can't connect to ('0.0.0.0', %d)" % port)
    return None
