def init():
    pass


def run(raw_data):
    values = {"a": raw_data}
    return f"{values["a"]}"
