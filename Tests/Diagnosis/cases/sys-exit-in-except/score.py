import json
import sys

try:
    import xgboost as xgb
except ImportError as e:
    print(f"cannot import: {e}", file=sys.stderr)
    sys.exit(1)


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)
