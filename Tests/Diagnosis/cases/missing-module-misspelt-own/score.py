from preprocesing import clean


def init():
    pass


def run(raw_data):
    return clean(raw_data)
