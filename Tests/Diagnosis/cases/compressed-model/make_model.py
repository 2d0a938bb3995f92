import gzip
import pickle

with gzip.open("model.pkl", "wb") as file:
    pickle.dump({"a": 1}, file)
