import pickle


class Scaler:
    factor = 2


with open("model.pkl", "wb") as file:
    pickle.dump(Scaler(), file)
