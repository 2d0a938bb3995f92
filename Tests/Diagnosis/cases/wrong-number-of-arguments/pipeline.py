def build(encoder, model):
    return lambda rows: rows
