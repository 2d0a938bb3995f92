import polars


def init():
    pass


def predict(raw_data):
    return polars.DataFrame()
