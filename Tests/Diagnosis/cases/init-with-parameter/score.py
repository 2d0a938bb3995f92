def init(model_path):
    return model_path


def run(raw_data):
    return raw_data
