import joblib
from sklearn.linear_model import Ridge

joblib.dump(Ridge().fit([[1, 2], [2, 3]], [1, 2]), "ridge.pkl")
