from loading import load


def clean(text):
    return text
