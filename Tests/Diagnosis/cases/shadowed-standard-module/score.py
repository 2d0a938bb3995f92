import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import random


def init():
    random.seed(1)


def run(raw_data):
    return random.random()
