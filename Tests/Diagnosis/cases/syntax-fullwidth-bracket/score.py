import json


def init():
    global labels
    # ラベルの一覧
    labels = ["猫"、"犬"]


def run(raw_data):
    return [labels[int(value)] for value in json.loads(raw_data)]
