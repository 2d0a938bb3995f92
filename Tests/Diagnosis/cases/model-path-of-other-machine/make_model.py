import pickle

with open("model.pkl", "wb") as file:
    pickle.dump({"weights": [1, 2, 3]}, file)
