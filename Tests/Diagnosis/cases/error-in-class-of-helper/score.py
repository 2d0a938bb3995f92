from models.scorer import Scorer


def init():
    global scorer
    scorer = Scorer()


def run(raw_data):
    return scorer.score(raw_data)
