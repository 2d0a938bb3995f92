import joblib
import numpy

joblib.dump({"w": numpy.arange(20000.0)}, "whole.pkl")
with open("whole.pkl", "rb") as file:
    data = file.read()
with open("ridge.pkl", "wb") as file:
    file.write(data[: len(data) // 2])
