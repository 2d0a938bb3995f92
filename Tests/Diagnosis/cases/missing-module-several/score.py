import json
import torch
import transformers


def init():
    pass


def run(raw_data):
    return []
