def make_features(text):
    return [text]
