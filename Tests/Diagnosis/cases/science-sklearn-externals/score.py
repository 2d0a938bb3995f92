from sklearn.externals import joblib


def init():
    pass


def run(raw_data):
    return []
