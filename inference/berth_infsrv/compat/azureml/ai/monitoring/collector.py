"""Collector: rows of inputs and outputs as JSON lines, in the folder that the instance is given.

`<BERTH_COLLECTOR_DIR>/<collection>/<yyyy>/<MM>/<dd>/<HH>/<instance>.jsonl`, one CloudEvents-like object a line. Without
that folder nothing is written, and the log says so once.
"""

import datetime
import json
import os
import random

from .context import BasicCorrelationContext

# Larger payloads go to a file of their own, as the service does with blobs.
MAX_INLINE_BYTES = 4 * 1024 * 1024
MAX_FILE_BYTES = 1 << 30


class Collector:
    """Collects DataFrames under one name. `on_error` is called with what went wrong; without it, errors are raised.

    A collection that is not enabled is no error that is raised: the script runs on, wherever it is started.
    """

    def __init__(self, *, name, on_error=None):
        self.name = name
        self._on_error = on_error
        # None: nothing is collected under this name.
        self._collection = None
        problem = _problem_of(name)
        if problem:
            self._failed(ValueError(problem))
            return
        try:
            self._collection, reason = _collection_of(name)
        except (OSError, ValueError, TypeError) as unreadable:
            self._failed(ValueError("the configuration of the data collector cannot be used: %s" % unreadable))
            return
        if reason:
            _tell_once(reason)
            if on_error is not None:
                on_error(Exception(reason))

    def collect(self, data, correlation_context=None):
        """Writes one row. Returns the context to be given to the collector of the outputs."""
        context = correlation_context or BasicCorrelationContext()
        if self._collection is None or not self._collection.wants(context):
            return context
        try:
            _write(self.name, _row(self.name, data, context))
        except Exception as problem:
            self._failed(problem)
        return context

    def _failed(self, problem):
        if self._on_error is None:
            raise problem
        self._on_error(problem)


class _Collection:
    def __init__(self, rate):
        self._rate = rate

    def wants(self, context):
        # The same decision for all collectors of a request: inputs without outputs are of no use.
        return self._rate >= 1.0 or random.Random(context.get_id()).random() < self._rate


_told = set()


def _tell_once(reason):
    if reason not in _told:
        _told.add(reason)
        print(reason)


def _problem_of(name):
    if not isinstance(name, str) or not name:
        return "the name of a collector must be a text that is not empty"
    if len(name) > 64 or any(not (letter.isalnum() or letter in "_-") for letter in name):
        return "the name of a collector may only have letters, digits, `-` and `_`, up to 64: %r" % name
    return None


def _collection_of(name):
    """(the collection, None), or (None, why nothing is collected)."""
    if not os.environ.get("BERTH_COLLECTOR_DIR"):
        return None, "Model data collection is not enabled: collected data is not stored."
    config = _config()
    if config is None:
        return _Collection(1.0), None
    # Names are compared as the service compares them.
    known = {str(key).lower(): value for key, value in config.get("collections", {}).items()}
    mine = known.get(name.lower(), {"enabled": False})
    if str(mine.get("enabled", "true")).lower() != "true":
        return None, "Collection %s is not enabled: its data is not stored." % name
    return _Collection(_rate_of(mine, config)), None


def _config():
    """What is enabled and sampled; None without a configuration: then everything."""
    path = os.environ.get("AZUREML_MDC_CONFIG_PATH")
    if path and os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    text = os.environ.get("BERTH_COLLECTOR_CONFIG")
    return json.loads(text) if text else None


def _rate_of(mine, config):
    """The share that is kept, 0 to 1: what the collection says goes before what is said for all."""
    for place in (mine, config):
        for key in ("sampleRatePercentage", "sampling_percentage"):
            if place.get(key) is not None:
                return float(place[key]) / 100.0
        for key in ("sampling_rate", "samplingRate"):
            if place.get(key) is not None:
                return float(place[key])
    return 1.0


def _row(name, data, context):
    kind = type(data).__module__ + "." + type(data).__qualname__
    if not hasattr(data, "to_json"):
        raise TypeError("only a pandas DataFrame can be collected, not %s" % kind)
    text = data.to_json(orient="records", date_format="iso")
    now = datetime.datetime.now(datetime.timezone.utc)
    from berth_infsrv.ids import new_id

    model = os.environ.get("AZUREML_MODEL_DIR", "").rstrip("/").split("/")
    row = {
        "specversion": "1.0",
        "id": new_id(),
        "source": os.environ.get("AZUREML_COLLECTOR_SOURCE", "berth"),
        "type": "azureml.inference." + name,
        "datacontenttype": "application/json",
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": json.loads(text),
        "contentrange": "bytes 0-%d/%d" % (max(0, len(text) - 1), len(text)),
        "correlationid": context.get_id(),
        "xrequestid": context.get_id(),
        "modelversion": model[-1],
        "collectdatatype": kind,
        "agent": "azureml-ai-monitoring/berth",
    }
    for key, value in context.get_headers().items():
        row.setdefault(str(key), str(value))
    return row, len(text), now


def _write(name, made):
    row, size, now = made
    folder = os.path.join(os.environ["BERTH_COLLECTOR_DIR"], name, now.strftime("%Y/%m/%d/%H"))
    os.makedirs(folder, exist_ok=True)
    instance = os.environ.get("BERTH_INSTANCE_ID") or "instance"
    if size > MAX_INLINE_BYTES:
        blob = "%s_%s.json" % (instance, row["id"])
        with open(os.path.join(folder, blob), "w", encoding="utf-8") as file:
            json.dump(row.pop("data"), file)
        row["datainblob"] = "true"
        row["datablob"] = blob
    line = json.dumps(row).encode("ascii") + b"\n"
    path = os.path.join(folder, instance + ".jsonl")
    # One write with O_APPEND: rows of several workers do not mix.
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.fstat(fd).st_size + len(line) > MAX_FILE_BYTES:
            raise OSError("the file of this hour is full: %s" % path)
        if os.write(fd, line) != len(line):
            raise OSError("the disk is full: a row of %s was cut" % path)
    finally:
        os.close(fd)
