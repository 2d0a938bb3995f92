import os
import traceback


def init():
    try:
        int("seven")
    except ValueError:
        traceback.print_exc()
        os._exit(1)


def run(raw_data):
    return []
