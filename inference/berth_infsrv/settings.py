"""The settings: environment, then the JSON settings file, then defaults. The environment wins over the file."""

import os

from . import CONTRACT_VERSION

DEFAULT_PORT = 5001
DEFAULT_HEALTH_PORT = 5000
DEFAULT_APP_ROOT = "/var/azureml-app"


class ConfigurationError(Exception):
    """A setting that cannot be used. `variable` names it."""

    def __init__(self, variable, problem):
        super().__init__("%s: %s (environment variable: %s)" % (variable, problem, variable))
        self.variable = variable


class Settings:
    """All settings of one server, read once before the workers are started."""

    def __init__(self, environment):
        self._environment = environment
        self.config_path = _config_path(environment)
        self._file = _read_config(self.config_path) if self.config_path else {}

        self.app_root = self._text("AML_APP_ROOT", DEFAULT_APP_ROOT)
        self.entry_script = self._text("AZUREML_ENTRY_SCRIPT", "")
        self.source_directory = self._text("AZUREML_SOURCE_DIRECTORY", "")
        self.model_dir = self._text("AZUREML_MODEL_DIR", "")
        self.scoring_timeout_ms = self._number("SCORING_TIMEOUT_MS", 3600 * 1000, 0)
        self.worker_count = self._number("WORKER_COUNT", 1, 1)
        self.log_level = self._text("AZUREML_LOG_LEVEL", "INFO").upper()
        self.cors_origins = self._text("AML_CORS_ORIGINS", "")
        self.service_name = self._text("SERVICE_NAME", "ML service")
        self.service_version = self._text("SERVICE_VERSION", "1.0")
        self.service_path_prefix = self._text("SERVICE_PATH_PREFIX", "")
        self.debug_port = self._number("AZUREML_DEBUG_PORT", 0, 0)
        self.server_version = self._server_version()

        self.port = self._number("SERVER_PORT", DEFAULT_PORT, 1, 65535)
        separate = environment.get("SEPERATE_HEALTH_ENDPOINT") == "true"
        self.health_port = self._number("HEALTH_PORT", DEFAULT_HEALTH_PORT, 1, 65535) if separate else 0

        self.strict = environment.get("BERTH_INFSRV_STRICT") == "1"
        self.run_dir = environment.get("BERTH_RUN_DIR", "")
        self.mlflow = environment.get("BERTH_MLFLOW_MODEL") == "1"
        self.code_dir = environment.get("BERTH_CODE_DIR", "") or self._default_code_dir()
        self.max_body_bytes = self._number("BERTH_INFSRV_MAX_BODY_BYTES", 512 * 1024 * 1024, 1)
        # Callers of a deployment are told why run() failed, unless its variables say otherwise.
        self.answers_cause = bool(self.run_dir) and environment.get("BERTH_ANSWER_CAUSE", "1") != "0"
        # The gateway writes the access log of an instance; alone, the server writes it itself.
        self.access_log = environment.get("BERTH_INFSRV_ACCESS_LOG", "0" if self.run_dir else "1") == "1"

    def script_path(self):
        return os.path.join(self.app_root, self.entry_script or "main.py")

    def _server_version(self):
        named = self._environment.get("HTTP_X_MS_SERVER_VERSION")
        if named is not None:
            return named
        return "azmlinfsrv/" + CONTRACT_VERSION if tells_version(self._environment) else ""

    def _default_code_dir(self):
        if not self.entry_script:
            return os.path.abspath(self.app_root)
        return os.path.dirname(os.path.abspath(self.script_path()))

    def _value(self, variable):
        value = self._environment.get(variable)
        return self._file.get(variable) if value is None else value

    def _text(self, variable, default):
        value = self._value(variable)
        return default if value is None else str(value)

    def _number(self, variable, default, least, most=1 << 53):
        value = self._value(variable)
        if value is None or value == "":
            return default
        try:
            number = int(str(value).strip())
        except ValueError:
            raise ConfigurationError(
                variable, "Input should be a valid integer, unable to parse string as an integer"
            ) from None
        if not least <= number <= most:
            raise ConfigurationError(variable, "Input should be between %d and %d" % (least, most))
        return number


def tells_version(environment):
    """Whether answers name the server's version."""
    return environment.get("SERVER_VERSION_LOG_RESPONSE_ENABLED", "true").lower() == "true"


def _config_path(environment):
    named = environment.get("AZUREML_CONFIG_FILE")
    if named and _has_content(named):
        return named
    folders = [environment.get("AML_APP_ROOT", DEFAULT_APP_ROOT)]
    if "AZUREML_ENTRY_SCRIPT" in environment:
        folders.append(os.path.dirname(os.path.abspath(environment["AZUREML_ENTRY_SCRIPT"])))
    for folder in folders:
        path = os.path.join(folder, "config.json")
        if _has_content(path):
            return path
    return None


def _has_content(path):
    try:
        return os.stat(path).st_size > 0
    except OSError:
        # Not there, or not ours to read: the next place is looked at.
        return False


def _read_config(path):
    import json

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except (OSError, ValueError) as problem:
        raise ConfigurationError("AZUREML_CONFIG_FILE", "Invalid config file %s: %s" % (path, problem)) from None
    if not isinstance(content, dict):
        raise ConfigurationError("AZUREML_CONFIG_FILE", "Invalid config file %s: it is not a JSON object" % path)
    return content
