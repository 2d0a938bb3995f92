import os
os.makedirs("v1")
import pickle

with open("v1/net.pkl", "wb") as file:
    pickle.dump({"weights": [1, 2, 3]}, file)
