import pickle

data = pickle.dumps({"weights": list(range(5000))})
with open("model.pkl", "wb") as file:
    file.write(data[: len(data) // 2])
