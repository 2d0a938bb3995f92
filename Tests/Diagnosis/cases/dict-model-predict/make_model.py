import joblib
joblib.dump({'model': 1, 'columns': ['a']}, 'bundle.joblib')
