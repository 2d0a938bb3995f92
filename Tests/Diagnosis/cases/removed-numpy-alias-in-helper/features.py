import numpy as np


def to_matrix(frame):
    rows = frame.to_numpy(dtype=np.float_)
    return rows / rows.max()
