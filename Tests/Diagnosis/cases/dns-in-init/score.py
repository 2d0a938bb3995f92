import urllib.request


def init():
    urllib.request.urlopen("http://models.invalid/labels.json", timeout=5).read()


def run(raw_data):
    return []
