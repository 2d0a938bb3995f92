import logging
import sys
import traceback


def init():
    print("ERROR: CUDA not found, using the CPU", file=sys.stderr)
    try:
        import tensorrt
    except ImportError:
        traceback.print_exc()
    logging.error("Killed: Out of memory (not really)")


def run(raw_data):
    return []
