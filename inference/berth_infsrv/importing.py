"""Modules that scripts import without having them installed, and a note when logging is imported.

The names of azureml_inference_server_http must be ours even where that package is installed: its @rawhttp would mark a
flag that nobody here reads. Under `azureml` only what is missing is added, because other packages live there too.
"""

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

_COMPAT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compat")

# Module -> file below compat/; a name ending in / is a package.
_OURS = {
    "azureml_inference_server_http": "azureml_inference_server_http/__init__.py",
    "azureml_inference_server_http.api": "azureml_inference_server_http/api/__init__.py",
    "azureml_inference_server_http.api.aml_request": "azureml_inference_server_http/api/aml_request.py",
    "azureml_inference_server_http.api.aml_response": "azureml_inference_server_http/api/aml_response.py",
    "azureml_inference_server_http.log_config": "azureml_inference_server_http/log_config.py",
    "azureml.contrib.services": "azureml/contrib/services/__init__.py",
    "azureml.contrib.services.aml_request": "azureml/contrib/services/aml_request.py",
    "azureml.contrib.services.aml_response": "azureml/contrib/services/aml_response.py",
}
_COLLECTOR = {
    "azureml.ai.monitoring": "azureml/ai/monitoring/__init__.py",
    "azureml.ai.monitoring.collector": "azureml/ai/monitoring/collector.py",
    "azureml.ai.monitoring.context": "azureml/ai/monitoring/context.py",
}
_IF_MISSING = {
    "azureml": "azureml/__init__.py",
    "azureml.contrib": "azureml/contrib/__init__.py",
    "azureml.ai": "azureml/ai/__init__.py",
}


class Finder:
    """A finder on sys.meta_path for a fixed table of names."""

    def __init__(self, table):
        self._table = table

    def find_spec(self, name, path=None, target=None):
        file = self._table.get(name)
        if file is None:
            return None
        return _spec(name, os.path.join(_COMPAT, file))


def _spec(name, path):
    spec = ModuleSpec(name, SourceFileLoader(name, path), origin=path, is_package=path.endswith("__init__.py"))
    spec.has_location = True
    if spec.submodule_search_locations is not None:
        spec.submodule_search_locations.append(os.path.dirname(path))
    return spec


class LoggingFinder:
    """Calls `then` once, right after the logging module has been executed for the first time."""

    def __init__(self, then):
        self._then = then

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_tell(module):
            execute(module)
            self._then()

        spec.loader.exec_module = execute_and_tell
        return spec


def install(settings):
    sys.meta_path.insert(0, Finder(_OURS))
    if os.environ.get("BERTH_COLLECTOR_DIR"):
        sys.meta_path.insert(0, Finder(_COLLECTOR))
    else:
        sys.meta_path.append(Finder(_COLLECTOR))
    sys.meta_path.append(Finder(_IF_MISSING))
    if not settings.strict:
        _watch_logging(settings.log_level)


def _watch_logging(level):
    from . import logsetup

    def then():
        logsetup.after_logging_import(level)

    if "logging" in sys.modules:
        then()
    else:
        sys.meta_path.insert(0, LoggingFinder(then))
