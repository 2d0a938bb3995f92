import numpy as np

np.save("table.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
