import sys
import os

read_end, write_end = os.pipe()
sys.stdin = os.fdopen(read_end)


def init():
    name = input("model: ")


def run(raw_data):
    return []
