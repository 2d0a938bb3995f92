def score(text):
    return text.scores
