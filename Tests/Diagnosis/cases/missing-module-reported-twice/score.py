import sys
import traceback

try:
    import onnxruntime
except ImportError:
    traceback.print_exc()
    sys.exit(1)


def init():
    pass


def run(raw_data):
    return []
