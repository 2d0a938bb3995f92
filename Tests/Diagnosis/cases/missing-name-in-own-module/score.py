from features import make_feature


def init():
    pass


def run(raw_data):
    return make_feature(raw_data)
