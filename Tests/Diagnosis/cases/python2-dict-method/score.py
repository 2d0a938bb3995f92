import json


class Vocabulary(object):
    def __init__(self, words):
        self.words = dict((word, i) for i, word in enumerate(words))

    def encode(self, text):
        return [self.words[w] for w in text.split() if self.words.has_key(w)]


def init():
    global vocabulary
    vocabulary = Vocabulary(["good", "bad"])
    vocabulary.encode("good")


def run(raw_data):
    return vocabulary.encode(json.loads(raw_data)["text"])
