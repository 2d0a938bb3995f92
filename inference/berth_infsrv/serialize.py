"""What run() returns, as JSON: json.dumps's spelling, plus the values of numpy and pandas."""

import json

MAX_DEPTH = 100

# allow_nan=False: NaN and Infinity are no JSON, and clients that parse the answer would fail far from the cause.
_plain = json.JSONEncoder(allow_nan=False).encode
_original = json.JSONEncoder().encode


class OutputRefused(Exception):
    """What run() returned cannot be sent. The text goes to the client."""


class NotSerialisable(OutputRefused):
    """The value cannot be expressed in JSON; the text names its type and its place. The diagnosis knows this name."""


def to_json(value):
    """`value` as the bytes of a JSON text."""
    try:
        return _plain(value).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        # Rare on purpose: values that need help are looked at one by one below.
        return _json_of_any(value)


def to_json_strictly(value):
    """As json.dumps does it, with its NaN and its refusals."""
    return _original(value).encode("ascii")


def _json_of_any(value):
    try:
        return _plain(_converted(value, "$", 0)).encode("ascii")
    except (TypeError, ValueError) as problem:
        raise NotSerialisable("run() returned a value that JSON cannot express: %s" % problem) from None


def _converted(value, path, depth):
    if value is None or isinstance(value, (str, bool)):
        return value
    if depth > MAX_DEPTH:
        raise NotSerialisable("run() returned a value that is nested more than %d deep, or contains itself" % MAX_DEPTH)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _finite(float(value), path)
    if isinstance(value, dict):
        return {_key(key, path): _converted(item, "%s.%s" % (path, key), depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_converted(item, "%s[%d]" % (path, index), depth + 1) for index, item in enumerate(value)]
    return _converted(_from_library(value, path), path, depth + 1)


def _finite(value, path):
    if value != value or value in (float("inf"), float("-inf")):
        raise NotSerialisable(
            "run() returned %s at %s, which JSON cannot express; replace it (None becomes null)"
            % (json.dumps(value), path)
        )
    return value


def _key(key, path):
    if key is None or isinstance(key, (str, bool, int)):
        return key
    if isinstance(key, float):
        return _finite(float(key), path)
    module = type(key).__module__.partition(".")[0]
    if module == "numpy" and hasattr(key, "item"):
        return _key(key.item(), path)
    if module == "pandas" and hasattr(key, "isoformat"):
        return key.isoformat()
    raise NotSerialisable("run() returned a dictionary with a key of type %s at %s" % (_name(key), path))


def _from_library(value, path):
    module = type(value).__module__.partition(".")[0]
    if module == "numpy":
        return _from_numpy(value, path)
    if module == "pandas":
        return _from_pandas(value, path)
    raise NotSerialisable(
        "run() returned a value of type %s at %s, which JSON cannot express; convert it first" % (_name(value), path)
    )


def _from_numpy(value, path):
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in ("M", "m"):
        # tolist() would give integers for nanoseconds.
        return value.astype(str).tolist()
    if kind in ("b", "i", "u", "f", "O", "U", "S") and hasattr(value, "tolist"):
        plain = value.tolist()
        if kind == "S":
            return _text_of_bytes(plain)
        return plain
    raise NotSerialisable("run() returned a numpy value of type %s at %s" % (_name(value), path))


def _text_of_bytes(value):
    if isinstance(value, list):
        return [_text_of_bytes(item) for item in value]
    return value.decode("utf-8", "replace")


def _from_pandas(value, path):
    name = type(value).__name__
    if name == "DataFrame":
        return value.to_dict(orient="records")
    if name in ("NAType", "NaTType"):
        return None
    if name == "Timestamp":
        return value.isoformat()
    if name == "Timedelta":
        return value.isoformat()
    if hasattr(value, "tolist"):
        return value.tolist()
    raise NotSerialisable("run() returned a pandas value of type %s at %s" % (_name(value), path))


def _name(value):
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__name__
