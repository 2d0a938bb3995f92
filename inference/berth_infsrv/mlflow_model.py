"""A scoring script for MLflow models: chosen with BERTH_MLFLOW_MODEL=1, so that a model needs no code of its own.

Takes what the managed service takes (`input_data`) and what MLflow's own server takes (`dataframe_split`,
`dataframe_records`, `instances`, `inputs`). The signature of the model decides the types; what it refuses is the
client's error, not the model's.
"""

import json
import os

from .answer import Answer
from .inputs import InputRefused

MAX_SEARCH_FOLDERS = 1000

_KEYS = ("input_data", "dataframe_split", "dataframe_records", "instances", "inputs")
_model = None
_mlflow_version = ""


def init():
    """Loads the model below AZUREML_MODEL_DIR."""
    global _model, _mlflow_version
    folder = find_model(os.environ.get("AZUREML_MODEL_DIR", ""))
    import mlflow.pyfunc
    import mlflow.version

    _mlflow_version = mlflow.version.VERSION
    _model = mlflow.pyfunc.load_model(folder)


def run(raw_data):
    """The predictions for one request."""
    given = _parsed(raw_data)
    frame = _input_of(given)
    parameters = given.get("params") if isinstance(given, dict) else None
    if parameters is not None and not isinstance(parameters, dict):
        raise InputRefused(400, "`params` should be a JSON dictionary.")
    frame = _typed(frame, _schema())
    from mlflow.exceptions import MlflowException

    try:
        result = _model.predict(frame, params=parameters) if parameters else _model.predict(frame)
    except MlflowException as problem:
        # Its own code for "this input does not fit the signature"; anything else is a failure of the model.
        if getattr(problem, "error_code", "") in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST"):
            raise InputRefused(400, str(problem)[:2000]) from None
        raise
    return result


def find_model(folder):
    """The folder with the file MLmodel: `folder` itself, or the nearest one below it."""
    if not folder:
        raise FileNotFoundError("AZUREML_MODEL_DIR is not set: there is no place to look for an MLflow model")
    level = [folder]
    seen = 0
    while level:
        found = [path for path in level if os.path.isfile(os.path.join(path, "MLmodel"))]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError("several MLflow models below %s: %s" % (folder, ", ".join(sorted(found))))
        below = []
        for path in level:
            below += sorted(entry.path for entry in os.scandir(path) if entry.is_dir())
        seen += len(level)
        level = below if seen < MAX_SEARCH_FOLDERS else []
    raise FileNotFoundError("no file MLmodel in or below %s: this is not an MLflow model" % folder)


def _parsed(raw_data):
    try:
        return json.loads(raw_data)
    except (ValueError, RecursionError) as problem:
        raise InputRefused(400, "Request body could not be decoded as JSON: %s" % problem) from None


def _input_of(given):
    """A DataFrame, an array, or a dictionary of arrays."""
    if isinstance(given, list):
        return _of_input_data(given)
    if not isinstance(given, dict):
        raise InputRefused(400, "Request body should be a JSON dictionary or list.")
    key = next((known for known in _KEYS if known in given), None)
    if key is None:
        raise InputRefused(400, 'Request must contain a top level key named "input_data".')
    value = given[key]
    if key == "input_data":
        return _of_input_data(value)
    if key == "dataframe_split":
        return _split(value)
    if key == "dataframe_records":
        return _table(value)
    return _of_tensors(value)


def _of_input_data(value):
    if isinstance(value, dict) and "data" in value and set(value) <= {"columns", "index", "data"}:
        return _split(value)
    if _is_records(value):
        return _table(value)
    if not isinstance(value, (dict, list)):
        raise InputRefused(400, "`input_data` should be a JSON dictionary or list.")
    return _of_tensors(value)


def _is_records(value):
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _split(value):
    if not isinstance(value, dict) or "data" not in value:
        raise InputRefused(400, "The input should be a JSON dictionary with `columns`, `index` and `data`.")
    return _table(value["data"], columns=value.get("columns"), index=value.get("index"))


def _table(rows, **names):
    import pandas

    if not isinstance(rows, (dict, list)):
        raise InputRefused(400, "The input is no table: rows should be a JSON list.")
    try:
        return pandas.DataFrame(rows, **names)
    except (ValueError, TypeError) as problem:
        raise InputRefused(400, "The input is no table: %s" % problem) from None


def _of_tensors(value):
    import numpy

    schema = _schema()
    if isinstance(value, dict) and schema is not None and not schema.is_tensor_spec():
        # Columns by name: a table, whose columns the signature gives their types.
        return _table(value)
    try:
        if isinstance(value, dict):
            return {name: numpy.asarray(item) for name, item in value.items()}
        array = numpy.asarray(value)
    except (ValueError, TypeError) as problem:
        raise InputRefused(400, "The input is no array: %s" % problem) from None
    if schema is None or schema.is_tensor_spec() or array.ndim != 2:
        return array
    import pandas

    names = schema.input_names()
    if len(names) != array.shape[1]:
        raise InputRefused(
            400,
            "The input has %d columns, the model takes %d: %s"
            % (array.shape[1], len(names), ", ".join(map(str, names[:50]))),
        )
    return pandas.DataFrame(value, columns=names)


def _schema():
    return _model.metadata.get_input_schema() if _model is not None else None


def _typed(frame, schema):
    """JSON has one kind of number and no dates: gives columns and arrays the types of the signature."""
    if schema is None:
        return frame
    if schema.is_tensor_spec():
        return _typed_tensors(frame, schema)
    if not hasattr(frame, "columns"):
        return frame
    missing = [name for name in schema.required_input_names() if name is not None and name not in frame.columns]
    if missing:
        raise InputRefused(400, "The input lacks the columns: %s" % ", ".join(map(str, missing[:50])))
    for spec in schema.inputs:
        if spec.name not in frame.columns or not hasattr(spec.type, "to_pandas"):
            continue
        try:
            frame[spec.name] = _column(frame[spec.name], spec.type)
        except (ValueError, TypeError) as problem:
            raise InputRefused(400, "Column `%s` is not of type %s: %s" % (spec.name, spec.type, problem)) from None
    return frame


# What a JSON value of such a column is; MLflow's older releases let others pass.
_PLAIN_TYPES = {"boolean": bool, "string": str}


def _column(column, data_type):
    import numpy

    plain = _PLAIN_TYPES.get(data_type.name)
    if plain is not None:
        if any(not isinstance(value, plain) for value in column.tolist() if value is not None and value == value):
            raise ValueError("it holds values of another type")
        return column
    wanted = data_type.to_pandas()
    kind = getattr(numpy.dtype(wanted), "kind", "O")
    if kind == "M":
        import pandas

        return pandas.to_datetime(column)
    if kind in "iuf" and getattr(column.dtype, "kind", "O") in "iuf":
        converted = column.astype(wanted)
        if kind in "iu" and not (converted == column).all():
            raise ValueError("it holds numbers that are no integers")
        return converted
    return column


def _typed_tensors(value, schema):
    types = schema.input_types()
    if isinstance(value, dict):
        by_name = dict(zip(schema.input_names(), types))
        return {name: _as(item, by_name[name]) if name in by_name else item for name, item in value.items()}
    if hasattr(value, "columns") or len(types) != 1:
        return value
    return _as(value, types[0])


def _as(array, data_type):
    try:
        return array.astype(data_type)
    except (ValueError, TypeError) as problem:
        raise InputRefused(400, "The input is not of type %s: %s" % (data_type, problem)) from None


def _ping(request):
    return Answer(200, b"\n", "application/json")


def _version(request):
    return Answer(200, _mlflow_version.encode("ascii"), "text/plain; charset=utf-8")


# Routes beside those of every script; answered without waiting for a run().
EXTRA_ROUTES = {"/ping": _ping, "/version": _version}
