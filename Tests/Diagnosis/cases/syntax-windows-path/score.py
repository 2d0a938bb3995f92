def init():
    path = "C:\Users\me\model.pkl"


def run(raw_data):
    return []
