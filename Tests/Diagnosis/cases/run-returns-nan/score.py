def init():
    pass


def run(raw_data):
    return {"score": float("nan")}
