import json
from concurrent.futures import ProcessPoolExecutor

lengths = []


def measure(text):
    if not isinstance(text, str):
        raise TypeError(f"expected a text, got {type(text).__name__}: {text!r}")
    return len(text)


def init():
    with ProcessPoolExecutor(max_workers=1) as pool:
        lengths.extend(pool.map(measure, ["a", "bb", 3]))


def run(raw_data):
    return lengths[json.loads(raw_data)]
