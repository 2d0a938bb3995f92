from cleaning import clean


def load():
    return clean("x")
