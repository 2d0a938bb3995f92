from lib.features import make
from settings import LIMIT


def init():
    pass


def run(raw_data):
    return make(raw_data)[:LIMIT]
