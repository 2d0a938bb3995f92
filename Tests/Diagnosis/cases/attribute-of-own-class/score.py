import json

from scorer import Scorer


def init():
    global scorer
    scorer = Scorer(0.5)
    scorer.warm_up()


def run(raw_data):
    return scorer.score(json.loads(raw_data))
