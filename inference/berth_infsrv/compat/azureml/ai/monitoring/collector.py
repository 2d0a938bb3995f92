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
    """Collects DataFrames under one name. `on_error` is called with what went wrong; without it, errors are raised."""

    def __init__(self, *, name, on_error=None):
        self.name = name
        self._on_error = on_error
        problem = None
        if not isinstance(name, str) or not name:
            problem = "the name of a collector must be a text that is not empty"
        elif len(name) > 64 or any(not (letter.isalnum() or letter in "_-") for letter in name):
            problem = "the name of a collector may only have letters, digits, `-` and `_`, up to 64: %r" % name
        if problem:
            self.name = None
            self._failed(ValueError(problem))
        self._config = _config_of(self.name) if self.name else None

    def collect(self, data, correlation_context=None):
        """Writes one row. Returns the context to be given to the collector of the outputs."""
        context = correlation_context or BasicCorrelationContext()
        if self.name is None or not self._config.wants(context):
            return context
        try:
            _write(self.name, _row(self.name, data, context), context)
        except Exception as problem:
            self._failed(problem)
        return context

    def _failed(self, problem):
        if self._on_error is None:
            raise problem
        self._on_error(problem)


class _Config:
    def __init__(self, enabled, rate):
        self._enabled = enabled
        self._rate = rate

    def wants(self, context):
        if not self._enabled:
            return False
        # The same decision for all collectors of a request: inputs without outputs are of no use.
        return self._rate >= 1.0 or random.Random(context.get_id()).random() < self._rate


_told = False


def _config_of(name):
    global _told
    if not os.environ.get("BERTH_COLLECTOR_DIR"):
        if not _told:
            _told = True
            print("Model data collection is not enabled: collected data is not stored.")
        return _Config(False, 0.0)
    path = os.environ.get("AZUREML_MDC_CONFIG_PATH")
    if not path or not os.path.exists(path):
        return _Config(True, 1.0)
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    mine = config.get("collections", {}).get(name)
    if mine is None:
        return _Config(False, 0.0)
    percent = mine.get("sampling_percentage", mine.get("samplingPercentage", config.get("samplingPercentage")))
    rate = percent / 100.0 if percent is not None else mine.get("sampling_rate", config.get("sampling_rate", 1.0))
    return _Config(str(mine.get("enabled", "true")).lower() == "true", float(rate))


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
    return row, len(text), now


def _write(name, made, context):
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
