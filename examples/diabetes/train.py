"""Makes model/sklearn_regression_model.pkl and sample-request.json from scikit-learn's own diabetes data set.

Run it with the packages of environment/conda.yml installed:

    python train.py
"""

import json
from pathlib import Path

import joblib
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent


def main():
    rows, targets = load_diabetes(return_X_y=True)
    train_rows, test_rows, train_targets, test_targets = train_test_split(rows, targets, test_size=0.2, random_state=0)
    model = Ridge(alpha=0.05).fit(train_rows, train_targets)
    print(f"r2 on held-out rows: {model.score(test_rows, test_targets):.3f}")

    target = HERE / "model" / "sklearn_regression_model.pkl"
    target.parent.mkdir(exist_ok=True)
    joblib.dump(model, target)

    sample = [[round(value, 6) for value in row] for row in test_rows[:2].tolist()]
    (HERE / "sample-request.json").write_text(
        '{"data": [\n  ' + ",\n  ".join(json.dumps(row) for row in sample) + "\n]}\n"
    )
    print("predictions for sample-request.json:", model.predict(sample).tolist())


if __name__ == "__main__":
    main()
