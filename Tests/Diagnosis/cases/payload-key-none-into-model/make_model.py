import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression

rows = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 2.0, 0.0], [3.0, 1.0, 1.0]])
joblib.dump(LogisticRegression().fit(rows, [0, 0, 1, 1]), "classifier.joblib")
