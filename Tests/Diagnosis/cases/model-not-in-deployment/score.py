import pickle


def init():
    with open("model.pkl", "rb") as file:
        pickle.load(file)


def run(raw_data):
    return []
