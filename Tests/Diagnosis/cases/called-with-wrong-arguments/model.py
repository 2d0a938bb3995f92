def load_model(path):
    return path
