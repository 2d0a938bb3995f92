def make(text):
    return list(text)
