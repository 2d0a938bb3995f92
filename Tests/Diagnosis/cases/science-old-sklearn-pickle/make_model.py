# A pickle that names a module of scikit-learn 0.22.
with open("tree.pkl", "wb") as file:
    file.write(b"csklearn.ensemble.forest\nRandomForestClassifier\n.")
