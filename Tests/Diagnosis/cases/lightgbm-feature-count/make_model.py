import lightgbm as lgb
import numpy as np

rows = np.random.RandomState(0).rand(60, 4)
lgb.train({"verbose": -1, "min_data_in_leaf": 2, "num_threads": 1}, lgb.Dataset(rows, rows[:, 0]), 2).save_model("lgbm.txt")
