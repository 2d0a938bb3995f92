import joblib
from sklearn.linear_model import Ridge

joblib.dump(Ridge().fit([[1, 2, 3], [2, 3, 4]], [1, 2]), "ridge.pkl")
