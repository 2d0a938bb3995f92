import pickle

for name, value in (("encoder.pkl", {"a": 0, "b": 1}), ("classifier.pkl", [0.5, 1.5])):
    with open(name, "wb") as file:
        pickle.dump(value, file)
