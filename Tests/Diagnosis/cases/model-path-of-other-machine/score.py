import pickle


def init():
    with open("/home/anna/projects/churn/outputs/model.pkl", "rb") as file:
        pickle.load(file)


def run(raw_data):
    return []
